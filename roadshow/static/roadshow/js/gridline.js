// A line at now in the grid of a day that is running.
const box = document.querySelector("[data-today]");
const HALF_HOUR = 30 * 60_000;

// The line lies between two labels of time, which stand every half hour.
function drawLine(grid, now, scrolls) {
  grid.querySelector(".grid__line")?.remove();
  const labels = [...grid.querySelectorAll("tbody th time")];
  const index = labels.findLastIndex((time) => Date.parse(time.dateTime) <= now);
  if (index < 0 || now - Date.parse(labels[index].dateTime) > HALF_HOUR) return;
  const cell = labels[index].closest("th");
  const part = (now - Date.parse(labels[index].dateTime)) / HALF_HOUR;
  const top = cell.offsetTop + part * cell.offsetHeight;
  const line = Object.assign(document.createElement("div"), { className: "grid__line" });
  line.style.insetBlockStart = `${top}px`;
  line.style.inlineSize = `${grid.querySelector("table").offsetWidth}px`;
  grid.append(line);
  if (scrolls) grid.scrollTop = Math.max(0, top - grid.clientHeight / 4);
}

function drawLines({ scrolls = false } = {}) {
  for (const grid of box.querySelectorAll(".grid")) drawLine(grid, Date.now(), scrolls);
}

if (box) {
  document.addEventListener("roadshow:shown", () => drawLines());
  document.addEventListener("visibilitychange", () => document.hidden || drawLines());
  setInterval(drawLines, 20_000);
  drawLines({ scrolls: true });
}
