// Now and next: follows the clock on its own, asks for news every minute, and goes on without a network.
const box = document.querySelector("[data-follow]");
const opened = Date.now();
const part = (name) => box.querySelector(`[data-${name}]`);

// A display that is tried out with ?at= begins at that moment and goes on from there.
function present() {
  const asked = part("rooms").dataset.at;
  return asked ? Date.parse(asked) + Date.now() - loaded : Date.now();
}
let loaded = opened;

// Words of the reader's search that a room, its talks or people must contain.
const narrow = document.querySelector("[data-narrow]");
function fits(room) {
  const text = room.textContent.toLowerCase();
  return (narrow?.value ?? "").toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function follow() {
  const at = present();
  const words = part("rooms").dataset;
  for (const room of box.querySelectorAll(".now")) {
    let next = false;
    for (const slot of room.querySelectorAll(".slot")) {
      const [start, end] = [...slot.querySelectorAll("time")].map((time) => Date.parse(time.dateTime));
      const on = start <= at && at < end;
      const comes = !next && start > at;
      next ||= comes;
      slot.hidden = !on && !comes;
      slot.classList.toggle("slot--now", on);
      slot.querySelector("[data-when]").textContent = on ? words.wordNow : comes ? words.wordNext : "";
    }
    room.hidden = !room.querySelector(".slot:not([hidden])") || !fits(room);
    room.classList.toggle("now--mine", Boolean(room.querySelector('.slot:not([hidden]) .star[aria-pressed="true"]')));
  }
  const clock = part("now");
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const mine = document.querySelector("[data-whose=mine]")?.getAttribute("aria-pressed") === "true";
  const timeZone = mine ? undefined : document.querySelector("[data-zone]").dataset.zone;
  clock.dateTime = new Date(at).toISOString();
  clock.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { ...options, timeZone }).format(at);
}

async function renew() {
  try {
    const url = new URL(location.href);
    if (url.searchParams.has("at")) url.searchParams.set("at", new Date(present()).toISOString());
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(20_000) });
    if (!answer.ok || answer.headers.has("X-From-Device")) throw new Error(answer.statusText);
    box.innerHTML = await answer.text();
    loaded = Date.now();
    document.dispatchEvent(new Event("roadshow:shown"));
  } catch {
    part("lost").hidden = false;
  }
  follow();
}

// More rooms than fit on the screen take turns.
function turn() {
  const page = document.documentElement;
  const end = scrollY + innerHeight >= page.scrollHeight - 4;
  scrollTo({ top: end ? 0 : scrollY + innerHeight * 0.85 });
}

if ("display" in box.dataset) {
  setInterval(turn, 15_000);
  navigator.wakeLock?.request("screen").catch(() => {});
}
setInterval(follow, 5_000);
setInterval(renew, 60_000);
document.addEventListener("roadshow:live", renew);
addEventListener("online", renew);
addEventListener("offline", renew);
document.addEventListener("visibilitychange", () => document.hidden || renew());
document.addEventListener("click", (event) => event.target.closest("[data-whose]") && follow());
for (const name of ["roadshow:stars", "roadshow:shown"]) document.addEventListener(name, follow);
narrow?.addEventListener("input", follow);
follow();
