// A list of a day that is running: folds what is over, draws a line at now, and says how long an entry lasts or when it begins.
const box = document.querySelector("[data-today]");
const words = box?.dataset ?? {};
const MINUTE = 60_000;
const SOON = 30; // minutes before the start in which it is announced

const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: document.querySelector("[data-zone]")?.dataset.zone,
});

// What to say about an entry: how many minutes it lasts on, or in how many it begins; "" for all others.
function describeMoment(start, end, now) {
  if (start <= now && now < end) return words.left.replace("%s", Math.ceil((end - now) / MINUTE));
  const minutes = Math.ceil((start - now) / MINUTE);
  return start > now && minutes <= SOON ? words.soon.replace("%s", minutes) : "";
}

const span = (slot) => [...slot.querySelectorAll(".slot__where time")].map((time) => Date.parse(time.dateTime));

function markSlots(now) {
  for (const slot of box.querySelectorAll(".slot")) {
    const [start, end] = span(slot);
    const text = slot.dataset.off === undefined ? describeMoment(start, end, now) : "";
    const label = slot.querySelector("[data-when]");
    if (label && label.textContent !== text) label.textContent = text;
    slot.classList.toggle("slot--now", Boolean(text) && start <= now);
    slot.classList.toggle("slot--past", end <= now);
  }
}

function foldPast(day) {
  const past = day.querySelectorAll(".slot--past").length;
  const isRunning = past > 0 && day.querySelector(".slot:not(.slot--past)");
  day.classList.toggle("day--running", Boolean(isRunning));
  for (const hour of day.querySelectorAll(".hour")) hour.classList.toggle("hour--past", !hour.querySelector(".slot:not(.slot--past)"));
  let button = day.querySelector(":scope > button[data-earlier]");
  if (!isRunning) return button?.remove();
  if (!button) {
    button = Object.assign(document.createElement("button"), { type: "button", className: "button earlier" });
    button.dataset.earlier = "";
    button.setAttribute("aria-expanded", "false");
    day.querySelector(".hours").before(button);
  }
  button.textContent = words.earlier.replace("%s", past);
}

// The line stands before the first hour that is still to come.
function drawLine(day, now) {
  day.querySelector(".now-line")?.remove();
  if (!day.querySelector(".slot--now, .slot--past")) return;
  const next = [...day.querySelectorAll(".hour")].find((hour) => Date.parse(hour.querySelector("time").dateTime) > now);
  if (!next) return;
  const line = Object.assign(document.createElement("li"), { className: "now-line" });
  line.textContent = words.now.replace("%s", clock.format(now));
  next.before(line);
}

function follow() {
  const now = Date.now();
  markSlots(now);
  for (const day of box.querySelectorAll(".day:has(.hours)")) {
    foldPast(day);
    drawLine(day, now);
  }
}

// Shows what is over again, or folds it.
export function unfold(day) {
  const button = day.querySelector("button[data-earlier]");
  const isOpen = day.classList.toggle("day--unfolded");
  button?.setAttribute("aria-expanded", String(isOpen));
}

if (box) {
  box.addEventListener("click", (event) => event.target.closest("button[data-earlier]") && unfold(event.target.closest(".day")));
  document.addEventListener("roadshow:shown", follow);
  document.addEventListener("visibilitychange", () => document.hidden || follow());
  setInterval(follow, 20_000);
  follow();
}
