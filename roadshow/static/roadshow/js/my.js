// The reader's own schedule: the event's list without all that has no star, its clashes, and ways to take it along.
import { readStored, starsKey } from "./storage.js";

const box = document.querySelector("[data-my]");
const slug = document.querySelector("template[data-star]").dataset.event;
const names = { stars: starsKey(slug), calendar: `calendar:${slug}`, mine: `mine:${document.documentElement.lang}:${slug}` };
const part = (name) => box.querySelector(`[data-${name}]`);
const say = (text) => (part("said").textContent = text);

const read = (name, otherwise) => readStored(names[name], otherwise);
// Raises where storage is forbidden or full: the reader is told.
const keep = (name, value) => localStorage.setItem(names[name], JSON.stringify(value));

// Sixteen bytes for each GUID, as text that fits in an address.
function packed(guids) {
  const bytes = guids.flatMap((guid) => guid.replaceAll("-", "").match(/../g).map((pair) => parseInt(pair, 16)));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
function unpacked(text) {
  const hex = [...atob(text.replaceAll("-", "+").replaceAll("_", "/"))].map((char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  return (hex.match(/.{32}/g) ?? []).map((guid) => guid.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"));
}

// What follows the # of a private link: the stars themselves or, once there is a private address, its secret.
function fragment() {
  const secret = read("calendar", null)?.address.match(/([\w-]+)\.ics$/)[1];
  return secret ? `from=${secret}` : `stars=${packed(read("stars", []))}`;
}

class Refused extends Error {} // the portal answered, with an error

// A response of the portal. Raises Refused, or TypeError when there is no response.
async function request(address, options) {
  const response = await fetch(address, options);
  if (!response.ok) throw new Refused(response.status);
  return response;
}
const describeFailure = (error) => (error instanceof Refused ? box.dataset.refused : box.dataset.unreachable);

const starsAt = async (secret) => (await (await request(`/my/${secret}.json`)).json()).slots;

async function receive() {
  const [, kind, text] = location.hash.match(/^#(stars|from)=([\w-]+)$/) ?? [];
  if (!text) return;
  history.replaceState(null, "", location.pathname);
  try {
    const before = read("stars", []);
    const after = [...new Set([...before, ...(kind === "from" ? await starsAt(text) : unpacked(text))])];
    keep("stars", after);
    say(box.dataset.added.replace("%s", after.length - before.length));
    document.dispatchEvent(new Event("roadshow:stars"));
  } catch (error) {
    say(kind === "from" && !(error instanceof Refused) ? describeFailure(error) : box.dataset.closed);
  }
}

let programme; // the whole schedule, as the server shows it
async function load() {
  const response = await request(`${box.dataset.schedule}?day=all`, { headers: { "HX-Request": "true" } });
  programme = document.createElement("template");
  programme.innerHTML = await response.text();
}

let timeline; // a module that is needed as soon as there are stars
async function loadTimeline() {
  if (read("stars", []).length) timeline ??= await import("./timeline.js");
}

function show() {
  const stars = read("stars", []);
  const copy = programme.content.cloneNode(true);
  for (const slot of copy.querySelectorAll(".slot")) if (!stars.includes(slot.dataset.slot)) slot.remove();
  for (const hour of copy.querySelectorAll(".hour")) if (!hour.querySelector(".slot")) hour.remove();
  for (const day of copy.querySelectorAll(".day")) if (!day.querySelector(".hour")) day.remove();
  const slots = [...copy.querySelectorAll(".slot")];
  const zone = copy.querySelector(".zone");
  part("mine").replaceChildren(...(slots.length && zone ? [zone] : []), ...copy.querySelectorAll(".day"));
  part("none").hidden = stars.length > 0;
  part("tools").hidden = stars.length === 0;
  part("picture").hidden = true;
  part("link").value = `${location.origin}${location.pathname}#${fragment()}`;
  const gone = stars.length - slots.length;
  if (gone > 0) say(box.dataset.gone.replace("%s", gone));
  keep("mine", part("mine").innerHTML); // shown at once the next time
  timeline?.decorate(programme.content);
  document.dispatchEvent(new Event("roadshow:shown"));
}

// What was shown last, until the schedule is there: of the same stars.
function showStored() {
  const stored = document.createElement("template");
  stored.innerHTML = read("mine", "");
  const shown = [...stored.content.querySelectorAll(".slot")].map(({ dataset }) => dataset.slot);
  if (!shown.length || !shown.every((id) => read("stars", []).includes(id))) return;
  part("mine").replaceChildren(stored.content);
  document.dispatchEvent(new Event("roadshow:shown"));
}

function showCalendar() {
  const made = read("calendar", null);
  part("create").hidden = Boolean(made);
  part("made").hidden = !made;
  part("open").hidden = Boolean(made);
  part("closing").hidden = !made;
  part("link").value = `${location.origin}${location.pathname}#${fragment()}`;
  part("picture").hidden = true;
  if (!made) return;
  const alarm = part("alarm").value;
  part("address").value = made.address + (alarm && `?alarm=${alarm}`);
  part("subscribe").href = part("address").value.replace(/^https?:/, "webcal:");
  const date = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" }).format(new Date(made.expires));
  box.querySelector("p[data-until]").textContent = box.dataset.until.replace("%s", date);
}

async function post(address, fields) {
  const body = new FormData(part("create"));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return (await request(address, { method: "POST", body })).json();
}

const trying = (work) => (event) => {
  event.preventDefault();
  work(event).catch((error) => say(describeFailure(error)));
};

part("create").addEventListener("submit", trying(async (event) => {
  keep("calendar", await post(event.target.action, { slots: JSON.stringify(read("stars", [])) }));
  showCalendar();
  part("address").focus();
}));
part("code").addEventListener("click", trying(async () => {
  const { code } = await post(part("create").dataset.codeAction, { fragment: fragment() });
  const image = Object.assign(new Image(256, 256), { className: "mine__code", alt: part("picture").dataset.alt, src: code });
  part("picture").replaceChildren(image);
  part("picture").hidden = false;
}));
part("alarm").addEventListener("change", showCalendar);
part("revoke").addEventListener("click", trying(async () => {
  const response = await fetch(new URL(read("calendar").address).pathname, { method: "DELETE" });
  if (!response.ok && response.status !== 404) throw new Refused(response.status);
  localStorage.removeItem(names.calendar);
  showCalendar();
}));
for (const button of box.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", trying(async () => {
    await navigator.clipboard.writeText(part(button.dataset.copy).value);
    say(box.dataset.copied);
  }));
}

// Without the module, the entries are shown all the same.
const showAll = () => loadTimeline().catch(() => {}).then(show);
addEventListener("hashchange", async () => {
  await receive();
  if (programme) showAll();
});
document.addEventListener("roadshow:stars", () => programme && showAll());
document.addEventListener("roadshow:live", () => load().then(showAll).catch(() => {}));
showCalendar();
showStored();
Promise.all([load(), receive()]).then(showAll, (error) => say(describeFailure(error)));
