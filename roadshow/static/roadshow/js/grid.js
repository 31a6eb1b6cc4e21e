// One tab stop for a grid: arrow keys go from entry to entry, Home and End to the first and last, S stars an entry.
const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const cellsOf = (grid) => [...grid.querySelectorAll(".cell")].filter((cell) => cell.offsetParent);

// The nearest entry in a direction: most of all in the same column or row.
function findNext(cells, from, [x, y]) {
  const here = from.getBoundingClientRect();
  let best;
  for (const cell of cells) {
    const there = cell.getBoundingClientRect();
    const across = (there.left + there.right - here.left - here.right) / 2;
    const down = (there.top + there.bottom - here.top - here.bottom) / 2;
    const ahead = across * x + down * y;
    const isBeside = x ? there.top < here.bottom && there.bottom > here.top : there.left < here.right && there.right > here.left;
    const distance = ahead + Math.abs(x ? down : across) * 2 + (isBeside ? 0 : 10_000);
    if (cell !== from && ahead > 1 && (!best || distance < best.distance)) best = { cell, distance };
  }
  return best?.cell;
}

function enter(grid, cell) {
  for (const other of grid.querySelectorAll('.cell[tabindex="0"]')) other.tabIndex = -1;
  cell.tabIndex = 0;
}

function set(grid) {
  const cells = cellsOf(grid);
  for (const element of grid.querySelectorAll(".cell, .star")) element.tabIndex = -1;
  grid.tabIndex = cells.length ? -1 : 0;
  if (cells.length) cells[0].tabIndex = 0;
}

function press(event) {
  const grid = event.target.closest(".grid");
  const from = event.target.closest(".cell");
  if (!grid || !from || event.ctrlKey || event.metaKey || event.altKey) return;
  const cells = cellsOf(grid);
  const isLeft = getComputedStyle(grid).direction === "rtl";
  let next;
  if (KEYS[event.key]) {
    const [x, y] = KEYS[event.key];
    next = findNext(cells, from, [isLeft ? -x : x, y]);
  } else if (event.key === "Home") [next] = cells;
  else if (event.key === "End") next = cells.at(-1);
  else if (event.key === "s") from.parentElement.querySelector(".star")?.click();
  else return;
  event.preventDefault();
  if (!next) return;
  enter(grid, next);
  next.focus();
}

const setAll = () => {
  for (const grid of document.querySelectorAll(".grid")) if (!grid.contains(document.activeElement)) set(grid);
};
document.addEventListener("keydown", press);
document.addEventListener("roadshow:shown", setAll);
document.addEventListener("focusin", ({ target }) => {
  if (target.matches(".grid .cell")) enter(target.closest(".grid"), target);
});
setAll();
