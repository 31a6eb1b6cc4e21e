// Deciding on links by single keys: j and k walk through the list, the others act. Without this, the boxes and
// the list of actions do the same.
const help = document.querySelector("[data-keys]");
const form = document.querySelector("#changelist-form");
if (help && form) start();

function start() {
  const rows = [...form.querySelectorAll("input.action-select")].map((box) => box.closest("tr"));
  const onOff = help.querySelector("[data-keys-on]");
  const place = `curate:${location.search}`;
  let current = -1;
  help.hidden = false;
  onOff.checked = localStorage.getItem("curate:keys") !== "off";
  onOff.addEventListener("change", () => localStorage.setItem("curate:keys", onOff.checked ? "on" : "off"));

  function go(number) {
    if (!rows.length) return;
    rows[current]?.classList.remove("rs-current");
    current = Math.max(0, Math.min(number, rows.length - 1));
    rows[current].classList.add("rs-current");
    box(rows[current]).focus({ preventScroll: true });
    rows[current].scrollIntoView({ block: "center" });
  }

  const box = (row) => row.querySelector("input.action-select");

  function decide(action) {
    if (!rows.some((row) => box(row).checked)) {
      if (current < 0) return;
      box(rows[current]).click();
    }
    sessionStorage.setItem(place, current);
    form.querySelector("select[name=action]").value = action;
    HTMLFormElement.prototype.submit.call(form);
  }

  const moves = {
    j: () => go(current + 1),
    k: () => go(current - 1),
    x: () => current >= 0 && box(rows[current]).click(),
    o: () => rows[current]?.querySelector("[data-open]")?.click(),
    e: () => rows[current]?.querySelector("th a, td a:not([data-open])")?.click(),
    "?": () => {
      help.open = !help.open;
    },
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("textarea, select, [contenteditable], input:not([type=checkbox])");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !onOff.checked) return;
    const action = help.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.dataset.action;
    if (!action && !Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    if (action) decide(action);
    else moves[event.key]();
  });

  // After a decision the list is shown anew: go on at the same place.
  const before = sessionStorage.getItem(place);
  sessionStorage.removeItem(place);
  if (before !== null) go(Number(before));
}
