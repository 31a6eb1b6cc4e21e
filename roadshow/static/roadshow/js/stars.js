// Stars: a button on every entry of a schedule, kept on this device for each event as a list of the slots' GUIDs.
import { readStars, starsKey, storeValue } from "./storage.js";

const template = document.querySelector("template[data-star]");
const event = template?.dataset.event;
const key = starsKey(event);

function showStars() {
  const stars = new Set(readStars(event));
  for (const button of document.querySelectorAll(".star[data-of]")) {
    button.setAttribute("aria-pressed", String(stars.has(button.dataset.of)));
  }
  const count = document.querySelector("[data-star-count]");
  if (count) count.textContent = stars.size || "";
}

// In a grid a link fills its cell, so the star stands beside it.
function addButtons() {
  for (const entry of document.querySelectorAll("[data-slot]:not([data-kind=break])")) {
    const place = entry.matches(".cell") ? entry.parentElement : entry;
    if (place.querySelector(":scope > .star, dd > .star")) continue;
    const button = template.content.firstElementChild.cloneNode(true);
    const title = entry.dataset.title ?? entry.querySelector("h3, b").textContent;
    button.dataset.of = entry.dataset.slot;
    button.setAttribute("aria-label", template.dataset.label.replace("%s", () => title));
    (entry.querySelector(":scope > dd") ?? place).append(button);
  }
  showStars();
}

// A private calendar of this device follows its stars; what cannot be sent now is sent when there is a network.
const unsent = `unsent:${event}`;
async function sendStars() {
  const change = localStorage.getItem(unsent);
  const calendar = localStorage.getItem(`calendar:${event}`);
  if (!change || !calendar) return;
  const options = { method: "PUT", body: JSON.stringify(readStars(event)), keepalive: true };
  const response = await fetch(new URL(JSON.parse(calendar).address).pathname, options);
  const isDone = response.ok || response.status === 404; // 404: it was revoked on another device
  if (isDone && localStorage.getItem(unsent) === change) localStorage.removeItem(unsent);
}

let waiting;
function scheduleSending() {
  clearTimeout(waiting);
  waiting = setTimeout(() => sendStars().catch(() => {}), 600);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest(".star[data-of]");
  if (!button) return;
  const stars = new Set(readStars(event));
  if (!stars.delete(button.dataset.of)) stars.add(button.dataset.of);
  // Where storage is forbidden, the star stays as it was.
  if (!storeValue(key, [...stars]) || !storeValue(unsent, crypto.getRandomValues(new Uint32Array(1))[0])) return;
  document.dispatchEvent(new Event("roadshow:stars"));
  scheduleSending();
});
document.addEventListener("roadshow:stars", showStars);
addEventListener("storage", (change) => change.key === key && document.dispatchEvent(new Event("roadshow:stars")));
document.addEventListener("roadshow:shown", addButtons);
if (template) {
  addButtons();
  addEventListener("online", scheduleSending);
  scheduleSending();
}
