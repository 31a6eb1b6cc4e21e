/* The table of talks: pastes rows of a spreadsheet, adds rows, moves by Enter and arrows. */
const form = document.querySelector("[data-entry]");
const body = form.querySelector("tbody");
const total = form.querySelector("[name$=TOTAL_FORMS]");
const max = Number(form.querySelector("[name$=MAX_NUM_FORMS]").value);

const fields = (row) => [...row.querySelectorAll("td > :is(input, select):not([type=hidden])")];
const emptyRow = body.lastElementChild.cloneNode(true);

function addRow() {
  const number = body.children.length;
  if (number >= max) return null;
  const row = emptyRow.cloneNode(true);
  for (const error of row.querySelectorAll(".rs-error")) error.remove();
  for (const field of row.querySelectorAll("input, select")) {
    for (const name of ["name", "id"]) field[name] = field[name].replace(/-\d+-/, `-${number}-`);
    if (field.matches("input:not([type=hidden])")) field.value = "";
  }
  body.append(row);
  total.value = number + 1;
  return row;
}

/** Set a field to pasted text; a select takes the option of that label, whatever its case. */
function fill(field, text) {
  const value = text.trim();
  if (field.tagName !== "SELECT") {
    field.value = value;
    return;
  }
  const wanted = value.toLocaleLowerCase();
  const option = [...field.options].find(({ label, value: key }) => [label, key].some((word) => word.toLocaleLowerCase() === wanted));
  if (option) field.value = option.value;
}

/** The cells of tab-separated text; a quoted cell may contain tabs and line breaks. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the states of a parser read best in one place
export function parseTable(text) {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    const row = rows.at(-1);
    if (quoted) {
      if (char !== '"') row[row.length - 1] += char;
      else if (text[at + 1] === '"') {
        row[row.length - 1] += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && row.at(-1) === "") quoted = true;
    else if (char === "\t") row.push("");
    else if (char === "\n") rows.push([""]);
    else if (char !== "\r") row[row.length - 1] += char;
  }
  if (rows.at(-1).length === 1 && rows.at(-1)[0] === "") rows.pop();
  return rows;
}

form.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain");
  if (!/[\t\n]/.test(text.trim())) return;
  const cell = event.target.closest("td");
  if (!cell) return;
  event.preventDefault();
  const firstRow = [...body.children].indexOf(cell.parentElement);
  const firstField = fields(cell.parentElement).indexOf(cell.firstElementChild);
  parseTable(text).forEach((cells, down) => {
    const row = body.children[firstRow + down] ?? addRow();
    if (!row) return;
    const targets = fields(row);
    for (const [across, value] of cells.entries()) {
      if (targets[firstField + across]) fill(targets[firstField + across], value);
    }
  });
});

form.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || (event.target.tagName === "SELECT" && event.key !== "Enter")) return;
  event.preventDefault();
  const rows = [...body.children];
  const row = rows[rows.indexOf(cell.parentElement) + step] ?? (step > 0 ? addRow() : null);
  if (row) fields(row)[fields(cell.parentElement).indexOf(event.target)].focus();
});

// The last row is always an empty one.
form.addEventListener("input", (event) => {
  if (event.target.closest("tr") === body.lastElementChild) addRow();
});
