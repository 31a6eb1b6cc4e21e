// On a day that is running: folds what is over, draws a line at now, and says how long an entry lasts or when it begins.
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

// In a list the line stands before the first hour that is still to come.
function drawLine(day, now) {
  day.querySelector(".now-line")?.remove();
  if (!day.querySelector(".slot--now, .slot--past")) return;
  const next = [...day.querySelectorAll(".hour")].find((hour) => Date.parse(hour.querySelector("time").dateTime) > now);
  if (!next) return;
  const line = Object.assign(document.createElement("li"), { className: "now-line" });
  line.textContent = words.now.replace("%s", clock.format(now));
  next.before(line);
}

// In a grid it lies between two labels of time, which stand every half hour.
function drawGridLine(grid, now, scrolls) {
  grid.querySelector(".grid__line")?.remove();
  const labels = [...grid.querySelectorAll("tbody th time")];
  const index = labels.findLastIndex((time) => Date.parse(time.dateTime) <= now);
  if (index < 0 || now - Date.parse(labels[index].dateTime) > 30 * MINUTE) return;
  const cell = labels[index].closest("th");
  const part = (now - Date.parse(labels[index].dateTime)) / (30 * MINUTE);
  const top = cell.offsetTop + part * cell.offsetHeight;
  const line = Object.assign(document.createElement("div"), { className: "grid__line" });
  line.style.insetBlockStart = `${top}px`;
  line.style.inlineSize = `${grid.querySelector("table").offsetWidth}px`;
  grid.append(line);
  if (scrolls) grid.scrollTop = Math.max(0, top - grid.clientHeight / 4);
}

function follow({ scrolls = false } = {}) {
  const now = Date.now();
  markSlots(now);
  for (const day of box.querySelectorAll(".day:has(.hours)")) {
    foldPast(day);
    drawLine(day, now);
  }
  for (const grid of box.querySelectorAll(".grid")) drawGridLine(grid, now, scrolls);
  offerHours();
}

// A menu of the hours that are shown.
function offerHours() {
  const menu = box.querySelector("[data-jump]");
  if (!menu) return;
  const times = [...box.querySelectorAll(".hour__time time")];
  const fresh = [...new Map(times.map((time) => [`${time.dateTime.slice(0, 13)}`, time])).values()];
  menu.closest("label").hidden = fresh.length < 4;
  if (menu.length === fresh.length + 1) return;
  const several = new Set(fresh.map((time) => time.dateTime.slice(0, 10))).size > 1;
  const text = (time) => (several ? `${time.dateTime.slice(8, 10)}. ${time.textContent}` : time.textContent);
  menu.replaceChildren(menu.options[0], ...fresh.map((time) => new Option(text(time), time.dateTime)));
}

function jump(value) {
  const time = [...box.querySelectorAll(".hour__time time")].find(({ dateTime }) => dateTime === value);
  const hour = time?.closest(".hour");
  if (hour?.matches(".day:not(.day--unfolded) .hour--past")) unfold(hour.closest(".day"));
  hour?.scrollIntoView({ block: "start" });
  hour?.querySelector("a")?.focus({ preventScroll: true });
}

function unfold(day) {
  const button = day.querySelector("button[data-earlier]");
  const isOpen = day.classList.toggle("day--unfolded");
  button?.setAttribute("aria-expanded", String(isOpen));
}

if (box) {
  box.addEventListener("click", (event) => event.target.closest("button[data-earlier]") && unfold(event.target.closest(".day")));
  box.addEventListener("change", (event) => {
    if (!event.target.matches("[data-jump]")) return;
    jump(event.target.value);
    event.target.selectedIndex = 0;
  });
  document.addEventListener("roadshow:shown", () => follow());
  document.addEventListener("visibilitychange", () => document.hidden || follow());
  setInterval(follow, 20_000);
  follow({ scrolls: true });
}
