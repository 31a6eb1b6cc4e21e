// Changes of starred talks only.
import { readStars } from "./storage.js";

const box = document.querySelector("[data-changes-mine]");
const slug = document.querySelector("template[data-star]")?.dataset.event;

function narrow() {
  const stars = readStars(slug);
  const isOnly = box.querySelector("input").checked;
  for (const change of document.querySelectorAll(".change")) change.hidden = isOnly && !stars.includes(change.dataset.guid);
}

if (box) {
  box.hidden = !readStars(slug).length;
  box.addEventListener("input", narrow);
}
