/* Which rooms are shown, which stay in view, how big a minute is: kept on this device, for each event. */

export function start(board) {
  const { root, grid } = board;
  const name = `roadshow-board-${root.dataset.event}`;
  const kept = { hidden: [], pinned: [], step: "", size: "medium", ...read() };
  const step = root.querySelector("[data-step]");
  const size = root.querySelector("[data-size]");
  const boxes = root.querySelectorAll(".bd-rooms input[type=checkbox]");

  if ([...step.options].some((option) => option.value === kept.step)) step.value = kept.step;
  size.value = kept.size;
  step.addEventListener("change", () => keep({ step: step.value }));
  size.addEventListener("change", () => keep({ size: size.value }));
  root.addEventListener("board:grid", draw);
  root.querySelector("[data-all-rooms]").addEventListener("click", () => keep({ hidden: [] }));
  for (const box of boxes) box.addEventListener("change", () => toggle("hidden", box.value, !box.checked));
  grid.addEventListener("click", (event) => {
    const tool = event.target.closest(".bd-tool");
    if (!tool) return;
    const key = tool.closest(".bd-room").dataset.room;
    toggle(tool.dataset.tool, key, !kept[tool.dataset.tool].includes(key));
    board.room(key).querySelector(`[data-tool="${tool.dataset.tool}"]`)?.focus();
  });
  addEventListener("keydown", (event) => {
    const open = root.querySelector(".bd-rooms[open]");
    if (event.key !== "Escape" || !open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  draw();

  function read() {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return {};
    }
  }

  function keep(change) {
    Object.assign(kept, change);
    try {
      localStorage.setItem(name, JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing still shows it now.
    }
    draw();
  }

  function toggle(list, key, on) {
    keep({ [list]: on ? [...kept[list], key] : kept[list].filter((other) => other !== key) });
  }

  /** Touches only what differs: each of these would have the browser style the whole board anew. */
  function draw() {
    if (root.dataset.size !== kept.size) root.dataset.size = kept.size;
    set(root, "--step", step.value);
    for (const box of boxes) box.checked = !kept.hidden.includes(box.value);
    let pinned = 0;
    let shown = 0;
    for (const column of grid.querySelectorAll(".bd-room")) {
      const key = column.dataset.room;
      const isPinned = kept.pinned.includes(key);
      column.hidden = kept.hidden.includes(key);
      column.classList.toggle("is-pinned", isPinned && !column.hidden);
      column.style.order = isPinned ? 0 : 1;
      shown += !column.hidden;
      if (isPinned && !column.hidden) column.style.setProperty("--pin", pinned++);
      tools(column, isPinned);
    }
    set(board.canvas, "--rooms", shown);
  }

  function set(element, name, value) {
    if (element.style.getPropertyValue(name).trim() !== String(value)) element.style.setProperty(name, value);
  }

  function tools(column, isPinned) {
    const header = column.querySelector("header");
    for (const old of header.querySelectorAll(".bd-tool")) old.remove();
    const room = column.dataset.name;
    header.append(
      tool("pinned", isPinned ? "◆" : "◇", board.words(isPinned ? "unpin" : "pin", { room }), isPinned),
      tool("hidden", "×", board.words("hide", { room }), false),
    );
  }

  function tool(action, sign, label, pressed) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "bd-tool", textContent: sign, title: label, ariaLabel: label });
    button.dataset.tool = action;
    if (action === "pinned") button.ariaPressed = String(pressed);
    return button;
  }
}
