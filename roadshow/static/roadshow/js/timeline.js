// My schedule as a plan: clashes with a choice, gaps with suggestions, changes of building, notes, reminders, sharing.
import { readStored, storeValue } from "./storage.js";

const box = document.querySelector("[data-my]");
const slug = document.querySelector("template[data-star]").dataset.event;
const words = box.dataset;
const MINUTE = 60_000;
const GAP = 20; // minutes without a talk that are worth a suggestion
// Suggestions for a gap.
const MOST = 3;
const buildings = JSON.parse(document.querySelector("[data-buildings]")?.textContent || "{}"); // room -> building

const read = (name, otherwise) => readStored(`${name}:${slug}`, otherwise);
const keep = (name, value) => storeValue(`${name}:${slug}`, value);

const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

function readSlot(element) {
  const [start, end] = [...element.querySelectorAll(".slot__where time")].map((time) => Date.parse(time.dateTime));
  const { slot: id, room = "", track = "", topic = "" } = element.dataset;
  const title = element.querySelector("h3").textContent;
  const interests = [...topic.split("|"), track].filter(Boolean);
  return { element, id, start, end, room, title, interests, isOff: "off" in element.dataset };
}

// Slots in time order as blocks of those that overlap one another: [[slot], [slot, slot], ...].
function groupClashes(slots) {
  const blocks = [];
  let until = -Infinity;
  for (const slot of [...slots].sort((one, other) => one.start - other.start || one.end - other.end)) {
    if (!slot.isOff && slot.start < until) blocks.at(-1).push(slot);
    else blocks.push([slot]);
    if (!slot.isOff) until = Math.max(until, slot.end);
  }
  return blocks;
}

// What fits wholly into a gap, with most interests in common first.
function suggest(all, interests, from, to) {
  const common = (slot) => slot.interests.filter((one) => interests.has(one)).length;
  return all
    .filter((slot) => !slot.isOff && slot.start >= from && slot.end <= to && common(slot))
    .sort((one, other) => common(other) - common(one) || one.start - other.start)
    .slice(0, MOST);
}

function setGrade(id, grade) {
  keep("grades", { ...read("grades", {}), [id]: grade });
}

function showGrade(slot) {
  const isMaybe = read("grades", {})[slot.id] === "maybe";
  const button = make("button", "grade", isMaybe ? words.maybe : words.must);
  button.type = "button";
  button.setAttribute("aria-label", `${slot.title}: ${button.textContent}`);
  button.addEventListener("click", () => {
    setGrade(slot.id, isMaybe ? "must" : "maybe");
    button.replaceWith(showGrade(slot));
    document.querySelector(`[data-slot="${slot.id}"] .grade`)?.focus();
  });
  slot.element.classList.toggle("slot--maybe", isMaybe);
  return button;
}

// One block: which of the talks is the main one; the others are alternatives.
function showChoice(block) {
  const grades = read("grades", {});
  const set = make("fieldset", "clash");
  set.append(make("legend", "", words.choose));
  const main = block.find(({ id }) => grades[id] === "must") ?? block.find(({ id }) => grades[id] !== "maybe");
  for (const slot of block) {
    const label = make("label", "clash__choice");
    const input = Object.assign(make("input", ""), { type: "radio", name: `main-${block[0].id}`, checked: slot === main });
    label.append(input, ` ${slot.title}`);
    input.addEventListener("change", () => {
      for (const one of block) setGrade(one.id, one === slot ? "must" : "maybe");
      for (const one of block) one.element.classList.toggle("slot--maybe", one !== slot);
    });
    slot.element.classList.toggle("slot--maybe", Boolean(main) && slot !== main);
    set.append(label);
  }
  return set;
}

function showGap(minutes, found) {
  const gap = make("li", "gap");
  gap.append(make("p", "", words.free.replace("%s", minutes)));
  if (found.length) {
    const list = make("ul", "hour__slots");
    for (const { element } of found) list.append(element.cloneNode(true));
    gap.append(make("p", "quiet", words.suggested), list);
  }
  return gap;
}

function showWay(from, to) {
  const [one, other] = [buildings[from], buildings[to]];
  if (!one || !other || one === other) return undefined;
  const way = make("li", "way");
  way.append(make("p", "", words.way.replace("%a", () => one).replace("%b", () => other).replace("%s", words.walk)));
  return way;
}

function showNote(slot) {
  const details = make("details", "slot__note");
  const area = Object.assign(document.createElement("textarea"), { rows: 2, maxLength: 2000, value: read("notes", {})[slot.id] ?? "" });
  area.setAttribute("aria-label", words.noteof.replace("%s", () => slot.title));
  area.addEventListener("input", () => keep("notes", { ...read("notes", {}), [slot.id]: area.value }));
  details.append(make("summary", "", words.note), area);
  details.open = Boolean(area.value);
  return details;
}

// What stands between the talk before and a block: free time with suggestions, and the way to another building.
function listBetween(before, [first], { all, interests, taken }) {
  if (!before) return [];
  const minutes = Math.round((first.start - before.end) / MINUTE);
  const free = all.filter(({ id }) => !taken.has(id));
  const gap = minutes >= GAP && showGap(minutes, suggest(free, interests, before.end, first.start));
  return [gap, showWay(before.room, first.room)].filter(Boolean);
}

function decorateBlock(block) {
  if (block.length > 1) {
    const choice = make("li", "clash__box");
    choice.append(showChoice(block));
    block[0].element.closest(".hour").before(choice);
  } else block[0].element.querySelector(".slot__where").append(showGrade(block[0]));
  for (const slot of block) slot.element.append(showNote(slot));
}

function decorateDay(day, context) {
  let before; // the end of what came before, and where it was
  for (const block of groupClashes([...day.querySelectorAll(".slot")].map(readSlot))) {
    block[0].element.closest(".hour").before(...listBetween(before, block, context));
    decorateBlock(block);
    before = { end: Math.max(...block.map(({ end }) => end)), room: block.at(-1).room };
  }
}

// Makes a plan of the starred entries that are shown; `programme` is a fragment with all entries of the event.
export function decorate(programme) {
  const mine = box.querySelector("[data-mine]");
  const own = [...mine.querySelectorAll(".slot")].map(readSlot);
  const all = [...programme.querySelectorAll(".slot:not([data-kind=break])")].map(readSlot);
  const interests = new Set(own.flatMap((slot) => slot.interests));
  const taken = new Set(own.map(({ id }) => id));
  for (const day of mine.querySelectorAll(".day")) decorateDay(day, { all, interests, taken });
  plan(own);
}

// As text, for another application or the clipboard.
function asText() {
  const lines = [document.querySelector(".masthead__name")?.textContent.trim() ?? ""];
  for (const day of box.querySelectorAll("[data-mine] .day")) {
    lines.push("", day.querySelector("h2").textContent);
    for (const element of day.querySelectorAll(".hour .slot:not(.gap .slot)")) {
      const [start, end] = [...element.querySelectorAll(".slot__where time")].map(({ textContent }) => textContent);
      lines.push(`${start}–${end} ${element.querySelector("h3").textContent}${element.dataset.room ? ` (${element.dataset.room})` : ""}`);
    }
  }
  return lines.join("\n");
}

// The same as a picture.
async function asPicture() {
  const lines = asText().split("\n");
  const canvas = Object.assign(document.createElement("canvas"), { width: 1080, height: 80 + lines.length * 44 });
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(document.body);
  pen.fillStyle = style.backgroundColor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = style.color;
  lines.forEach((line, index) => {
    pen.font = `${/^\d{1,2}:\d{2}/.test(line) ? "" : "bold "}28px ${style.fontFamily}`;
    pen.fillText(line, 40, 70 + index * 44, 1000);
  });
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  return new File([blob], `${slug}.png`, { type: "image/png" });
}

const said = box.querySelector("[data-said]");
box.querySelector("[data-share-text]").addEventListener("click", async () => {
  const text = asText();
  try {
    if (navigator.share) await navigator.share({ text });
    else {
      await navigator.clipboard.writeText(text);
      said.textContent = words.copied;
    }
  } catch {
    // The reader changed their mind.
  }
});
box.querySelector("[data-share-picture]").addEventListener("click", async () => {
  const file = await asPicture();
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: file.name });
  link.click();
  URL.revokeObjectURL(link.href);
});
box.querySelector("[data-print]").addEventListener("click", () => print());

// A reminder before each starred talk, while this page is open; a calendar's alarms do without it.
const AHEAD = 10 * MINUTE;
let timers = [];
function plan(own) {
  for (const timer of timers) clearTimeout(timer);
  if (read("remind", false) !== true || globalThis.Notification?.permission !== "granted") return;
  const soon = own.filter(({ start, isOff }) => !isOff && start - AHEAD > Date.now() && start - Date.now() < 24 * 60 * MINUTE);
  timers = soon.map(({ id, title, room, start }) =>
    setTimeout(async () => {
      const registration = await navigator.serviceWorker?.ready;
      const text = `${words.soonin.replace("%s", AHEAD / MINUTE)}${room ? ` · ${room}` : ""}`;
      if (registration) registration.showNotification(title, { body: text, tag: id });
      else new Notification(title, { body: text, tag: id });
    }, start - AHEAD - Date.now()),
  );
}

const remind = box.querySelector("[data-remind]");
remind.hidden = !("Notification" in globalThis);
remind.setAttribute("aria-pressed", String(read("remind", false)));
remind.addEventListener("click", async () => {
  const wanted = read("remind", false) !== true && (await Notification.requestPermission()) === "granted";
  keep("remind", wanted);
  remind.setAttribute("aria-pressed", String(wanted));
  said.textContent = wanted ? words.reminding : words.notreminding;
  plan([...box.querySelectorAll("[data-mine] .hour .slot")].map(readSlot));
});
