// A grid of many rooms: hidden ones leave, pinned ones come first and stay in view. Kept on the device for each event.
import { readStored, storeValue } from "./storage.js";

const plan = document.querySelector("[data-plan]");
let box, chosen;

const key = () => `rooms:${box.dataset.rooms}`;

// Each cell's column, by the rowspans above it: worked out once, before anything moves.
const columns = new WeakMap(); // cell, head or col -> its room's place as the server has it
function assignColumns(table) {
  const lanes = [...table.tHead.rows[0].cells].slice(1).flatMap((head, room) => {
    columns.set(head, room);
    return Array(head.colSpan).fill(room);
  });
  for (const [room, col] of [...table.querySelectorAll("col")].slice(1).entries()) columns.set(col, room);
  const busy = lanes.map(() => 0); // rows for which each lane is still taken
  for (const row of table.tBodies[0].rows) {
    let lane = 0;
    for (const cell of row.querySelectorAll("td")) {
      while (busy[lane]) lane += 1;
      columns.set(cell, lanes[lane]);
      busy[lane] = cell.rowSpan;
    }
    for (const [at, rows] of busy.entries()) busy[at] = Math.max(0, rows - 1);
  }
}

function arrangeColumns(table) {
  if (!columns.has(table.tHead.rows[0].cells[1])) assignColumns(table);
  const heads = [...table.tHead.rows[0].cells].slice(1).sort((one, other) => columns.get(one) - columns.get(other));
  const names = heads.map((head) => head.dataset.name);
  const pinned = (room) => chosen.pinned.includes(names[room]);
  const moved = (one, other) => pinned(columns.get(other)) - pinned(columns.get(one)) || columns.get(one) - columns.get(other);
  const lines = [table.querySelector("colgroup"), table.tHead.rows[0], ...table.tBodies[0].rows];
  for (const line of lines) {
    const cells = [...line.children].filter((cell) => columns.has(cell)).sort(moved);
    for (const cell of cells) {
      cell.hidden = chosen.hidden.includes(names[columns.get(cell)]);
      cell.classList.toggle("pinned", pinned(columns.get(cell)));
    }
    line.append(...cells);
  }
  const places = new Map(heads.filter((head) => head.matches(".pinned")).map((head) => [columns.get(head), head.offsetLeft]));
  for (const cell of table.querySelectorAll(".pinned")) cell.style.setProperty("--at", `${places.get(columns.get(cell))}px`);
}

function showChoice() {
  for (const item of box.querySelectorAll("li")) {
    const field = item.querySelector("input");
    field.checked = !chosen.hidden.includes(field.value);
    item.querySelector("button").setAttribute("aria-pressed", String(chosen.pinned.includes(field.value)));
  }
  const changed = chosen.hidden.length || chosen.pinned.length;
  box.querySelector("[data-all]").hidden = !changed;
  plan.querySelectorAll(".grid table").forEach(arrangeColumns);
}

const removeName = (list, name) => list.filter((one) => one !== name);
function changeChoice(event) {
  const item = event.target.closest("li");
  const name = item?.querySelector("input").value;
  if (event.target.matches("[data-all]")) chosen = { hidden: [], pinned: [] };
  else if (event.type === "change") chosen.hidden = event.target.checked ? removeName(chosen.hidden, name) : [...chosen.hidden, name];
  else if (event.target.closest("button")) chosen.pinned = chosen.pinned.includes(name) ? removeName(chosen.pinned, name) : [...chosen.pinned, name];
  else return;
  storeValue(key(), chosen);
  showChoice();
}

function start() {
  box = plan?.querySelector("[data-rooms]");
  if (!box) return;
  chosen = { hidden: [], pinned: [], ...readStored(key()) };
  box.addEventListener("change", changeChoice);
  box.addEventListener("click", changeChoice);
  if (chosen.hidden.length || chosen.pinned.length) showChoice();
}
document.addEventListener("roadshow:shown", start);
start();
