/* Several slots are chosen (Ctrl or Shift and a click, the button, or the key x) and then move together in time. */

export function start(board) {
  const { root } = board;
  const button = root.querySelector("[data-choose]");
  button.addEventListener("click", () => {
    button.ariaPressed = String(button.ariaPressed !== "true");
    if (button.ariaPressed === "false") clear();
  });
  root.addEventListener("board:drawn", mark);
  root.addEventListener(
    "click",
    (event) => {
      const item = event.target.closest(".bd-box");
      if (!item || !(event.ctrlKey || event.metaKey || event.shiftKey || button.ariaPressed === "true")) return;
      event.preventDefault();
      event.stopPropagation();
      toggle(item);
    },
    true,
  );
  root.addEventListener(
    "keydown",
    (event) => {
      if (board.busy || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) return;
      const item = event.target.closest(".bd-box");
      if (event.key === "x" && item) toggle(item);
      else if (event.key === "Escape" && board.chosen.size) clear();
    },
    true,
  );

  function toggle(item) {
    const { slot } = item.dataset;
    if (!board.chosen.delete(slot)) board.chosen.add(slot);
    mark();
    board.say(board.format("chosen", { count: board.chosen.size }));
  }

  function clear() {
    board.chosen.clear();
    mark();
    board.say(board.format("chosen", { count: 0 }));
  }

  function mark() {
    for (const box of root.querySelectorAll(".bd-box")) {
      const isChosen = board.chosen.has(box.dataset.slot);
      box.classList.toggle("is-chosen", isChosen);
      box.querySelector("a").ariaCurrent = isChosen ? "true" : null;
    }
  }
}
