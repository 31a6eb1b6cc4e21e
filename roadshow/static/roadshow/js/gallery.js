// Pictures in a dialogue of their own: arrow keys go on, Escape closes. Without JavaScript a picture's link opens the file.
const viewer = document.querySelector("dialog[data-viewer]");
const links = [...document.querySelectorAll("[data-gallery] a[data-picture]")];
let at = 0;

function show(index) {
  at = (index + links.length) % links.length;
  const link = links[at];
  const small = link.querySelector("img");
  const large = viewer.querySelector("img");
  large.src = link.href;
  large.alt = small.alt;
  const said = [...link.closest("figure").querySelectorAll("[data-says], [data-credit]")].map((text) => text.textContent.trim());
  viewer.querySelector("[data-caption]").textContent = said.filter(Boolean).join(" · ");
  viewer.querySelector("[data-place]").textContent = `${at + 1} / ${links.length}`;
}

for (const [index, link] of [...links].entries())
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(index);
    viewer.showModal();
  });
viewer?.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]")?.dataset.step;
  if (step) show(at + Number(step));
  if (event.target === viewer || event.target.closest("[data-close]")) viewer.close();
});
viewer?.addEventListener("keydown", (event) => {
  const forward = getComputedStyle(viewer).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") show(at + (event.key === forward ? 1 : -1));
});
viewer?.addEventListener("close", () => links[at]?.focus());
