// The reader's own next talk of a running event, from what My schedule showed last on this device.
function findNext(slug) {
  const stored = document.createElement("template");
  try {
    stored.innerHTML = JSON.parse(localStorage.getItem(`mine:${document.documentElement.lang}:${slug}`)) ?? "";
  } catch {
    return undefined;
  }
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
