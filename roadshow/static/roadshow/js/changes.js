// Changes of starred talks only.
const box = document.querySelector("[data-changes-mine]");
const slug = document.querySelector("template[data-star]")?.dataset.event;

function readStars() {
  try {
    return JSON.parse(localStorage.getItem(`stars:${slug}`)) ?? [];
  } catch {
    return [];
  }
}

function narrow() {
  const stars = readStars();
  const isOnly = box.querySelector("input").checked;
  for (const change of document.querySelectorAll(".change")) change.hidden = isOnly && !stars.includes(change.dataset.guid);
}

if (box) {
  box.hidden = !readStars().length;
  box.addEventListener("input", narrow);
}
