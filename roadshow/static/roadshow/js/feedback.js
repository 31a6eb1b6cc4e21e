// Feedback that was written without a network is kept on the device and sent later, once.
import { readStored, storeValue } from "./storage.js";

const KEY = "feedback-queue";

const read = () => readStored(KEY, []);

const send = (message) =>
  fetch(message.action, { method: "POST", body: new URLSearchParams(message.fields), redirect: "manual", signal: AbortSignal.timeout(20_000) });

// One after the other, in one tab; what the portal refuses for good is not sent again.
async function sendQueue() {
  for (const message of read()) {
    const response = await send(message);
    if (response.status === 429 || response.status >= 500) return;
    storeValue(KEY, read().filter(({ fields }) => fields.once !== message.fields.once));
  }
}
const sendSoon = () => navigator.locks?.request(KEY, { ifAvailable: true }, (lock) => lock && sendQueue().catch(() => {}));

const form = document.querySelector("[data-feedback]");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = { ...Object.fromEntries(new FormData(form)), once: crypto.randomUUID?.() ?? "" };
  const message = { action: new URL(form.action).pathname, fields };
  try {
    const response = await send(message);
    if (response.type === "opaqueredirect" || response.ok) location.assign(form.action.replace(/feedback\/$/, ""));
    else form.submit(); // the portal says what is wrong
  } catch {
    if (!storeValue(KEY, [...read(), message])) return;
    const note = form.querySelector("[data-sent-later]");
    note.textContent = form.dataset.later;
    note.hidden = false;
    form.querySelector("[type=submit]").disabled = true;
  }
});
addEventListener("online", sendSoon);
if (read().length) sendSoon();
