// The reader's own next talk of a running event, from what My schedule showed last on this device.
import { readStored } from "./storage.js";

function findNext(slug) {
  const stored = document.createElement("template");
  stored.innerHTML = readStored(`mine:${document.documentElement.lang}:${slug}`, "");
  const startOf = (slot) => Date.parse(slot.querySelector(".slot__where time")?.dateTime);
  const coming = [...stored.content.querySelectorAll(".hour .slot:not([data-off])")].filter((slot) => startOf(slot) > Date.now());
  return coming.sort((one, other) => startOf(one) - startOf(other))[0];
}

for (const box of document.querySelectorAll("[data-my-next]")) {
  const next = findNext(box.dataset.myNext);
  if (!next) continue;
  box.querySelector("ul").replaceChildren(next.cloneNode(true));
  box.hidden = false;
}
document.dispatchEvent(new Event("roadshow:shown"));
