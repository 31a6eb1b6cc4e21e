// A schedule that is narrowed at once, by what the form says; the address follows. Without JavaScript the form is sent.
import { readStars } from "./storage.js";

const plan = document.querySelector("[data-plan]");
const form = plan?.querySelector("form[data-filters]");
const results = plan?.querySelector("[data-results]");
const said = plan?.querySelector("[data-said]");
const facets = ["time", "track", "room", "building", "kind", "level", "language", "topic", "recorded"];
const slug = document.querySelector("template[data-star]")?.dataset.event;
const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

let entries; // of what is shown: the marked element, what is hidden with it, what words are looked for in
function found() {
  entries ??= [...results.querySelectorAll("[data-slot]")].map((element) => {
    const { words = "", topic = "", track = "", room = "" } = element.dataset;
    const own = [...element.querySelectorAll("h3, b, bdi:not(:has(time))")].map((part) => part.textContent).join(" ");
    return { element, text: fold([own, words, topic, track, room].join(" ")) };
  });
  return entries;
}

// Whether two words differ in one letter at most: another, one more, one less, or two that changed places.
function isNearly(one, other) {
  if (Math.abs(one.length - other.length) > 1) return false;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const [rest, rest2] = [one.slice(at), other.slice(at)];
  const swapped = rest.length > 1 && rest[0] === rest2[1] && rest[1] === rest2[0] && rest.slice(2) === rest2.slice(2);
  return rest.slice(1) === rest2.slice(1) || rest.slice(1) === rest2 || rest === rest2.slice(1) || swapped;
}

function containsWord(text, word) {
  if (text.includes(word)) return true;
  return word.length > 4 && text.split(/[^\p{L}\p{N}]+/u).some((own) => isNearly(word, own));
}

// The part of the day in which an entry begins, by the event's own clock, which its first time is written with.
function partOfDay(element) {
  const hour = Number(element.querySelector("time")?.dateTime.slice(11, 13));
  return hour >= 4 && hour < 12 ? "morning" : hour >= 12 && hour < 17 ? "afternoon" : "evening";
}

function hasValue(element, name, values) {
  const data = element.dataset;
  if (name === "topic") return values.some((value) => data.topic?.split("|").includes(value));
  if (name === "time") return values.includes(partOfDay(element));
  return values.includes(data[name] ?? (name === "kind" ? "talk" : ""));
}

let known = { text: "", slots: new Set() }; // what the portal's search finds, in abstracts too
function fits({ element, text }, wanted, words) {
  return (
    Object.entries(wanted).every(([name, values]) => hasValue(element, name, values)) &&
    (words.every((word) => containsWord(text, word)) || (words.length > 0 && known.text === words.join(" ") && known.slots.has(element.dataset.slot)))
  );
}

const asked = () => [...new FormData(form)].filter(([, value]) => value.trim() !== "");
const isChecked = (name) => Boolean(plan.querySelector(`[data-${name}] input`)?.checked);

function narrow() {
  const wanted = Object.groupBy(asked().filter(([name]) => facets.includes(name)), ([name]) => name);
  for (const name of Object.keys(wanted)) wanted[name] = wanted[name].map(([, value]) => value);
  const words = fold(form.elements.q?.value ?? "").split(/\s+/).filter(Boolean);
  const stars = isChecked("only-mine") && readStars(slug);
  const isOpen = isChecked("not-full");
  let count = 0;
  for (const entry of found()) {
    const { element } = entry;
    const is = fits(entry, wanted, words) && (!stars || stars.includes(element.dataset.slot)) && !(isOpen && element.querySelector(".mark--full, .mark--closed, .mark--evacuate"));
    count += is;
    if (element.matches(".cell")) element.classList.toggle("cell--pale", !is);
    else element.hidden = !is;
  }
  for (const hour of results.querySelectorAll(".hour")) hour.hidden = !hour.querySelector(".slot:not([hidden])");
  for (const day of results.querySelectorAll(".day:has(.hours)")) day.hidden = !day.querySelector(".hour:not([hidden])");
  const counted = results.querySelector("[data-count]");
  said.textContent = counted.textContent = counted.dataset.count.replace("%s", count);
  const button = plan.querySelector("[data-found]");
  if (button) button.textContent = said.textContent;
  searchEverything(words.join(" "));
}

// The portal looks into abstracts too, and finds what is nearly right.
let searching;
function searchEverything(text) {
  clearTimeout(searching);
  if (text.length < 3 || text === known.text) return;
  searching = setTimeout(async () => {
    const url = new URL(location.pathname, location.href);
    url.search = new URLSearchParams({ day: "all", q: text });
    const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => undefined);
    if (!answer?.ok || answer.headers.has("X-From-Device")) return;
    const content = document.createElement("template");
    content.innerHTML = await answer.text();
    known = { text, slots: new Set([...content.content.querySelectorAll("[data-slot]")].map(({ dataset }) => dataset.slot)) };
    narrow();
  }, 300);
}

// The server may have left out what did not fit when the page was made: then the whole is fetched once.
async function complete() {
  const url = new URL(location.href);
  for (const name of ["q", ...facets]) url.searchParams.delete(name);
  if (!url.searchParams.has("day")) url.searchParams.set("day", "all");
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(answer.statusText);
  results.innerHTML = await answer.text();
  entries = undefined;
  document.dispatchEvent(new Event("roadshow:shown"));
}

function follow() {
  const url = new URL(location.href);
  const shown = results.querySelector(".days [aria-current]")?.href;
  const day = shown && new URL(shown).searchParams.get("day");
  for (const name of ["q", ...facets]) url.searchParams.delete(name);
  for (const [name, value] of asked()) url.searchParams.append(name, value);
  if (day) url.searchParams.set("day", day);
  history.replaceState(history.state, "", url);
  for (const link of results.querySelectorAll(".plan__bar a")) {
    const target = new URL(link.href);
    for (const name of ["q", ...facets]) target.searchParams.delete(name);
    for (const [name, value] of asked()) target.searchParams.append(name, value);
    link.href = target;
  }
}

async function change() {
  try {
    if (results.querySelector("[data-narrowed]")) await complete();
  } catch {
    form.submit();
    return;
  }
  narrow();
  follow();
}

// The portal has left out what does not fit; a copy on the device has it all, and a form as it was never filled in.
function followAddress() {
  const wanted = [...new URL(location.href).searchParams].filter(([name]) => form?.elements[name]);
  for (const [name, value] of wanted) {
    const inputs = form.elements[name];
    if (inputs instanceof RadioNodeList) for (const input of inputs) input.checked ||= input.value === value;
    else inputs.value = value;
  }
  if (wanted.length) change();
}
if (document.querySelector("[data-copy]:not([hidden])")) followAddress();

form?.addEventListener("input", change);
for (const box of plan?.querySelectorAll("[data-only-mine], [data-not-full]") ?? []) {
  box.hidden = false;
  box.addEventListener("input", change);
}
document.addEventListener("roadshow:stars", () => isChecked("only-mine") && narrow());
plan?.querySelector("[data-close]")?.addEventListener("click", () => {
  plan.querySelector("[data-sheet]").open = false;
  results.scrollIntoView({ block: "start" });
});
// A link to the search opens its sheet; once it is closed, the same link opens it again.
plan?.querySelector("[data-sheet]")?.addEventListener("toggle", ({ target }) => {
  if (!target.open && location.hash === "#filter-q") history.replaceState(history.state, "", location.pathname + location.search);
});
function openSheet() {
  if (location.hash !== "#filter-q") return;
  plan.querySelector("[data-sheet]").open = true;
  plan.querySelector("[data-found]").textContent ||= results.querySelector("[data-count]").textContent;
  form.elements.q.focus();
}
addEventListener("hashchange", openSheet);
if (form) openSheet();
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  change();
});
