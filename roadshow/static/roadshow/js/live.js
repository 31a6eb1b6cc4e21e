// Follows the day: asks for what changed, marks the entries that are shown, tells notices, and what concerns the reader.
import { readStars, readStored, storeValue } from "./storage.js";

const box = document.querySelector("[data-live]");
const event = document.querySelector("[data-offline]")?.dataset.event ?? "";
const heard = `live:${event}`; // what the portal said last
const told = `told:${event}`; // changes that the reader has seen
const FAST = 1_500; // milliseconds between two questions on a day of the event
const SLOW = 60_000; // and on other days
const SOON = 75 * 60_000; // before a talk begins, for which the status of its room matters

const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });

function setTime(old, iso, clock) {
  if (!old || Date.parse(old.dateTime) === Date.parse(iso)) return false;
  const fresh = old.cloneNode();
  fresh.dateTime = iso;
  fresh.textContent = old.textContent.replace(/\d{1,2}:\d{2}/, clock);
  old.replaceWith(fresh); // a new element: whose time it says is decided anew
  return true;
}

// Times, room and cancellation of an entry as they are now. True when something was different.
function patch(entry, now) {
  const [first, second] = entry.querySelectorAll("time");
  const isMoved = [setTime(first, now.starts_at, now.start), setTime(second, now.ends_at, now.end)].includes(true);
  const room = entry.querySelector("bdi.slot__room, .slot__room bdi");
  if (room && room.textContent !== now.room) room.textContent = now.room;
  if (entry.dataset.room !== undefined) entry.dataset.room = now.room;
  entry.toggleAttribute("data-off", now.cancelled);
  entry.querySelector("h3 a, b")?.classList.toggle("struck", now.cancelled);
  return isMoved;
}

function isNear(entry) {
  const [start, end] = [...entry.querySelectorAll("time")].map((time) => Date.parse(time.dateTime));
  return start - SOON <= Date.now() && Date.now() < end;
}

// What to say of an entry: [class, text] for each mark.
function listMarks(entry, state) {
  const id = entry.dataset.slot;
  const room = entry.dataset.room ?? entry.querySelector(".slot__room")?.textContent ?? "";
  const status = isNear(entry) ? state.rooms[room] : undefined;
  const notices = state.notices.filter((one) => one.slot === id || (room && one.room === room && isNear(entry)));
  return [
    ...(state.slots[id]?.mark ? [["mark", state.slots[id].mark]] : []),
    ...(status ? [[`mark mark--${status.status}`, status.label]] : []),
    ...notices.map(({ text }) => ["mark mark--notice", text]),
  ];
}

function mark(entry, state) {
  const marks = listMarks(entry, state);
  const shown = entry.querySelector(".live-marks");
  if ((shown?.textContent ?? "") === marks.map(([, text]) => text).join("")) return;
  shown?.remove();
  if (!marks.length) return;
  const fresh = make("span", "live-marks", "");
  fresh.append(...marks.map(([className, text]) => make("span", className, text)));
  const before = entry.querySelector(":scope > .slot__where");
  if (before) before.before(fresh);
  else entry.append(fresh);
}

function showNotices(notices) {
  const list = box.querySelector("[data-notices]");
  const general = notices.filter(({ slot, room }) => !slot && !room);
  if ([...list.querySelectorAll("strong")].map(({ textContent }) => textContent).join("\n") === general.map(({ text }) => text).join("\n")) return;
  list.replaceChildren(
    ...general.map(({ text, at }) => {
      const item = make("li", "note note--live", "");
      const time = Object.assign(make("time", "", at.slice(11, 16)), { dateTime: at });
      time.dataset.clock = "";
      const small = make("small", "", "");
      small.append(time);
      item.append(Object.assign(make("strong", "", text), { dir: "auto" }), " ", small);
      return item;
    }),
  );
}

// A starred talk that moved, was cancelled or has a notice is told at the top of every page until it is seen.
function listOwnChanges(state, stars, seen) {
  const marked = stars.flatMap((id) => {
    const now = state.slots[id];
    return now?.mark ? [{ key: `${id}:${now.mark}`, text: `${now.title}: ${now.mark}` }] : [];
  });
  const noticed = state.notices.filter(({ slot }) => slot && stars.includes(slot)).map(({ guid, text }) => ({ key: guid, text }));
  return [...marked, ...noticed].filter(({ key }) => !seen.includes(key));
}

function tellOwn(state) {
  const note = box.querySelector("[data-mine-changed]");
  const changes = listOwnChanges(state, readStars(event), readStored(told, []));
  note.hidden = !changes.length;
  note.firstElementChild.textContent = note.dataset.text.replace("%s", () => changes.map(({ text }) => text).join(" · "));
  note.querySelector("[data-seen]").onclick = () => {
    storeValue(told, [...readStored(told, []).slice(-200), ...changes.map(({ key }) => key)]);
    tellOwn(state);
  };
}

let state;
let isApplying = false;
function apply() {
  if (!state || isApplying) return;
  isApplying = true;
  let isMoved = false;
  for (const entry of document.querySelectorAll("[data-slot]")) {
    const now = state.slots[entry.dataset.slot];
    if (now && patch(entry, now)) isMoved = true;
    mark(entry, state);
  }
  for (const place of document.querySelectorAll("[data-room-status]")) {
    const { status, label } = state.rooms[place.dataset.roomStatus] ?? { status: "open", label: place.dataset.open };
    if (label) place.replaceChildren(make("span", `mark mark--${status}`, label));
  }
  showNotices(state.notices);
  tellOwn(state);
  box.querySelector("[data-released]").hidden = !state.release || String(state.release) === box.dataset.release;
  if (isMoved) document.dispatchEvent(new Event("roadshow:shown"));
  isApplying = false;
}

let version = box?.dataset.version;
async function ask() {
  const response = await fetch(box.dataset.live, { cache: "no-cache", signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(response.statusText);
  state = await response.json();
  storeValue(heard, state);
  const isNew = version !== undefined && version !== state.version;
  version = state.version;
  apply();
  document.dispatchEvent(new CustomEvent("roadshow:heard", { detail: state.release }));
  if (isNew) document.dispatchEvent(new Event("roadshow:live"));
}

// The event's days, with one more at either side: the reader may be anywhere.
function isRunning() {
  const day = 86_400_000;
  return Date.parse(box.dataset.from) - day <= Date.now() && Date.now() < Date.parse(box.dataset.until) + 2 * day;
}

let failures = 0;
async function follow() {
  if (!document.hidden) {
    try {
      await ask();
      failures = 0;
    } catch {
      failures += 1;
    }
  }
  const patience = isRunning() ? FAST : SLOW;
  setTimeout(follow, Math.min(patience * 2 ** failures, SLOW));
}

if (box) {
  state = readStored(heard); // for a copy without a network
  if (document.querySelector("[data-copy]:not([hidden])")) apply();
  for (const name of ["roadshow:shown", "roadshow:stars"]) document.addEventListener(name, apply);
  document.addEventListener("visibilitychange", () => document.hidden || ask().catch(() => {}));
  follow();
}
