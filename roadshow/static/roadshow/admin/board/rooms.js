/* Hidden and pinned rooms, grid step and size: stored on the device, per event. */

export function start(board) {
  const { root, grid } = board;
  const name = `roadshow-board-${root.dataset.event}`;
  const settings = { hidden: [], pinned: [], step: "", size: "medium", ...read() };
  const step = root.querySelector("[data-step]");
  const size = root.querySelector("[data-size]");
  const boxes = root.querySelectorAll(".bd-rooms input[type=checkbox]");

  if ([...step.options].some((option) => option.value === settings.step)) step.value = settings.step;
  size.value = settings.size;
  step.addEventListener("change", () => save({ step: step.value }));
  size.addEventListener("change", () => save({ size: size.value }));
  root.addEventListener("board:grid", draw);
  root.querySelector("[data-all-rooms]").addEventListener("click", () => save({ hidden: [] }));
  for (const box of boxes) box.addEventListener("change", () => toggle("hidden", box.value, !box.checked));
  grid.addEventListener("click", (event) => {
    const tool = event.target.closest(".bd-tool");
    if (!tool) return;
    const key = tool.closest(".bd-room").dataset.room;
    toggle(tool.dataset.tool, key, !settings[tool.dataset.tool].includes(key));
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

  function save(change) {
    Object.assign(settings, change);
    try {
      localStorage.setItem(name, JSON.stringify(settings));
    } catch {
      // Without storage the setting lasts until the page is left.
    }
    draw();
  }

  function toggle(list, key, on) {
    save({ [list]: on ? [...settings[list], key] : settings[list].filter((other) => other !== key) });
  }

  /** Change only what differs: each change restyles the whole board. */
  function draw() {
    if (root.dataset.size !== settings.size) root.dataset.size = settings.size;
    set(root, "--step", step.value);
    for (const box of boxes) box.checked = !settings.hidden.includes(box.value);
    let pinned = 0;
    let shown = 0;
    for (const column of grid.querySelectorAll(".bd-room")) {
      const key = column.dataset.room;
      const isPinned = settings.pinned.includes(key);
      column.hidden = settings.hidden.includes(key);
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
      tool("pinned", isPinned ? "◆" : "◇", board.format(isPinned ? "unpin" : "pin", { room }), isPinned),
      tool("hidden", "×", board.format("hide", { room }), false),
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
