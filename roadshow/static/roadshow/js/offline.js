// Keeps an event on the device, says what changed in it since the last visit, and replaces a copy by what is newer.
import { readStored } from "./storage.js";

const box = document.querySelector("[data-offline]");
const { event, base, release } = box?.dataset ?? {};
const note = document.querySelector("[data-copy]");

async function tellNews() {
  if (!box.querySelector("[data-news]")) return; // a display has no reader who saw it before
  const key = `seen:${event}`;
  const seen = Number(localStorage.getItem(key));
  localStorage.setItem(key, release);
  if (!seen || seen >= Number(release)) return;
  const response = await fetch(`${base}changes/since/${seen}/`, { headers: { "HX-Request": "true" } });
  if (response.ok) box.querySelector("[data-news]").innerHTML = await response.text();
}

// The event's address in this language and in the others.
function listBases() {
  const slug = new URL(base, location.href).pathname.match(/\/events\/[^/]+\/$/)[0];
  const others = [...document.querySelectorAll("link[hreflang]")].map(({ href }) => new URL(href).pathname.replace(/\/events\/.*/, slug));
  return [...new Set([base, ...others])].filter((path) => path.endsWith(slug));
}

// Whether this page was not reloaded for that release before.
function isFirstReload(newer) {
  const key = `reloaded:${location.pathname}`;
  if (sessionStorage.getItem(key) === newer) return false;
  sessionStorage.setItem(key, newer);
  return true;
}

// A newer page takes the place of a copy: as soon as it is on the device while nobody has begun to read, else by a link.
let newer; // the number of a release that the portal has and this copy has not
function showFresh(data) {
  if (!note || note.hidden || data.fresh !== location.href.split("#")[0]) return;
  const isNewer = data.release && data.release !== release;
  const isTouched = scrollY > 0 || document.activeElement !== document.body;
  const isIncomplete = !document.querySelector("[data-plan], [data-my], [data-follow]");
  if (isNewer && !isTouched) {
    if (newer !== data.release) askToKeep().catch(() => {});
    newer = data.release;
  } else if (isNewer) note.querySelector("[data-newer]").hidden = false;
  else if (isIncomplete && !isTouched && isFirstReload(release)) location.reload();
  else note.hidden = true;
}

// The copy on the device is of this release now.
function showKept(kept) {
  const told = document.querySelector("[data-kept]");
  if (told) told.hidden = false;
  if (newer && String(kept) === newer) location.reload();
}

async function askToKeep() {
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ bases: listBases() });
}

async function keepEvent() {
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data.fresh) showFresh(data);
    if (data.kept) showKept(data.kept);
  });
  navigator.serviceWorker.startMessages();
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  await askToKeep();
}

// The portal was heard: what a copy shows is either the current release, or there is a newer one.
document.addEventListener("roadshow:heard", ({ detail }) => {
  const isComplete = document.querySelector("[data-plan], [data-my], [data-follow]");
  if (isComplete) showFresh({ fresh: location.href.split("#")[0], release: String(detail) });
});

// Feedback that was written without a network: what sends it is loaded only where there is some.
function sendFeedback() {
  if (navigator.onLine && readStored("feedback-queue", []).length) import("./feedback.js").catch(() => {});
}
addEventListener("online", sendFeedback);
sendFeedback();

if (release) {
  tellNews().catch(() => {});
  if ("serviceWorker" in navigator) keepEvent().catch(() => {});
}
