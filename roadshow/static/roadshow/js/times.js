// Times in the event's zone or the reader's: one switch, kept on the device. The server writes the event's.
// [data-clock] marks a text with one clock time in it: a <time>, or any element whose data-clock is the instant.
const root = document.documentElement;
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const written = new WeakMap(); // element -> what the server wrote
let mine = false;
try {
  mine = localStorage.getItem("times") === "mine";
} catch {
  // Nothing is remembered here.
}

const format = (options) => new Intl.DateTimeFormat(root.lang, { timeZone: here, ...options });
const clock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const clockOfDay = format({ weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const clockOfDate = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dateHere = new Intl.DateTimeFormat("sv", { timeZone: here });
const pattern = /\d{1,2}:\d{2}(?: \(UTC[^)]*\))?/; // with the offset that a night of changing clocks has

function zoneIn(zone, instant, timeZoneName) {
  const parts = new Intl.DateTimeFormat(root.lang, { timeZone: zone, timeZoneName }).formatToParts(instant);
  return parts.find((part) => part.type === "timeZoneName").value;
}

// "2025-02-01T09:00:00+01:00" begins with the date it has in the event's zone.
function inMine(element, text) {
  const iso = element.dateTime || element.dataset.clock;
  const instant = new Date(iso);
  const [found] = text.match(pattern) ?? [];
  if (!found) return text;
  if (element.dataset.clock === "date") return clockOfDate.format(instant);
  if (element.dataset.clock === "day") return clockOfDay.format(instant);
  const otherDay = dateHere.format(instant) !== iso.slice(0, 10);
  return text.replace(found, (otherDay ? clockOfDay : clock).format(instant));
}

function write(element) {
  if (!written.has(element)) written.set(element, element.textContent);
  const text = written.get(element);
  const now = mine ? inMine(element, text) : text;
  if (element.textContent !== now) element.textContent = now;
}

function name(box) {
  const element = box.querySelector("[data-zone-name]");
  const instant = new Date(box.dataset.sample);
  const differs = zoneIn(here, instant, "longOffset") !== zoneIn(box.dataset.zone, instant, "longOffset");
  box.querySelector(".switch").hidden = !differs;
  if (!written.has(element)) written.set(element, element.textContent);
  const offset = zoneIn(here, instant, "shortOffset").replace("GMT", "UTC");
  const own = `${zoneIn(here, instant, "long")} (${offset})`;
  element.textContent = mine ? element.dataset.pattern.replace("%s", own) : written.get(element);
  for (const button of box.querySelectorAll("[data-whose]")) {
    button.setAttribute("aria-pressed", String((button.dataset.whose === "mine") === mine));
  }
}

function all() {
  if (!document.querySelector("[data-zone]")) return; // a page that cannot name its zone keeps what it says
  document.querySelectorAll("[data-clock]").forEach(write);
  document.querySelectorAll("[data-zone]").forEach(name);
}

document.addEventListener("click", (event) => {
  const whose = event.target.closest("[data-whose]")?.dataset.whose;
  if (!whose) return;
  mine = whose === "mine";
  try {
    localStorage.setItem("times", whose);
  } catch {
    // For this page only, then.
  }
  all();
});
// Parts of the page that are loaded later.
document.addEventListener("roadshow:shown", all);
new MutationObserver((changes) => {
  if (changes.some((change) => [...change.addedNodes].some((node) => node.querySelector?.("[data-zone]")))) all();
}).observe(document.querySelector("main"), { childList: true, subtree: true });
all();
