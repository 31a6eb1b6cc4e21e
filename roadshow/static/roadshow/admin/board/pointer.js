/* Dragging by mouse, pen and finger. A finger holds for a moment first, so that it can still scroll. */

const HOLD = 300; // milliseconds
const SLACK = 5; // pixels
const EDGE = 48; // pixels from the grid's edge within which it scrolls
const SPEED = 14; // pixels a frame, at most

export function start(board) {
  const { root, grid } = board;
  let press = null; // a button or finger is down on something
  let drag = null; // it is being dragged

  root.addEventListener("pointerdown", (event) => {
    const item = event.target.closest(".bd-box, .bd-talk");
    if (!item || event.button !== 0 || drag) return;
    const resize = Boolean(event.target.closest(".bd-resize"));
    press = { item, resize, x: event.clientX, y: event.clientY, id: event.pointerId };
    if (event.pointerType === "touch" && !resize) press.timer = setTimeout(() => begin(), HOLD);
    else press.mouse = true;
  });
  root.addEventListener("dragstart", (event) => event.preventDefault());
  root.addEventListener("contextmenu", (event) => {
    if (drag) event.preventDefault();
  });
  root.addEventListener("touchmove", (event) => drag && event.cancelable && event.preventDefault(), { passive: false });

  addEventListener("pointermove", (event) => {
    if (drag && event.pointerId === drag.id) {
      drag.x = event.clientX;
      drag.y = event.clientY;
    } else if (press && event.pointerId === press.id && far(event)) {
      if (press.mouse) begin(event);
      else cancel();
    }
  });
  addEventListener("pointerup", (event) => {
    if (drag && event.pointerId === drag.id) end(true);
    else cancel();
  });
  addEventListener("pointercancel", () => (drag ? end(false) : cancel()));
  addEventListener(
    "keydown",
    (event) => {
      if (!drag || event.key !== "Escape") return;
      event.stopPropagation();
      end(false);
    },
    true,
  );

  function far(event) {
    return Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLACK;
  }

  function cancel() {
    clearTimeout(press?.timer);
    press = null;
  }

  function begin(event) {
    const { item, resize, x, y, id } = press;
    cancel();
    const box = item.getBoundingClientRect();
    drag = {
      item,
      resize,
      id,
      x: event?.clientX ?? x,
      y: event?.clientY ?? y,
      grip: item.dataset.slot ? y - box.top : 8,
      minutes: board.minutesOf(item),
      length: board.minutesOf(item),
      minute: board.minute,
      edges: grid.getBoundingClientRect(),
    };
    board.busy += 1;
    item.classList.add("is-moving");
    // The veil carries the cursor: a rule for all elements would restyle the whole board.
    drag.veil = Object.assign(document.createElement("div"), { className: "bd-veil" });
    drag.veil.classList.toggle("bd-veil--resize", resize);
    root.append(drag.veil);
    if (!resize) {
      drag.ghost = Object.assign(document.createElement("div"), { className: "bd-ghost", textContent: item.dataset.title });
      root.append(drag.ghost);
    }
    if (!resize) board.shade(item);
    navigator.vibrate?.(15);
    drag.frame = requestAnimationFrame(frame);
  }

  function frame() {
    scroll();
    aim();
    if (drag.ghost) drag.ghost.style.transform = `translate3d(${drag.x + 10}px, ${drag.y + 10}px, 0)`;
    drag.frame = requestAnimationFrame(frame);
  }

  function scroll() {
    const { left, right, top, bottom } = drag.edges;
    if (drag.x < left || drag.x > right || drag.y < top || drag.y > bottom) return;
    const pull = (near) => (near < EDGE ? Math.ceil((1 - Math.max(near, 0) / EDGE) * SPEED) : 0);
    const across = drag.resize ? 0 : pull(right - drag.x) - pull(drag.x - left - 48);
    const down = pull(bottom - drag.y) - pull(drag.y - top - 32);
    if (across || down) grid.scrollBy(across, down);
  }

  /** Find the column or day below the pointer, and draw the drop target. */
  function aim() {
    const { item, resize, x, y, minute } = drag;
    const column = resize ? item.closest(".bd-room") : below(x, y)?.closest(".bd-room, [data-tray], [data-date]");
    drag.other?.classList.remove("is-target");
    drag.other = drag.column = null;
    if (!column?.matches(".bd-room")) {
      board.hidePreview();
      if (!column || !item.dataset.slot || column.ariaCurrent) return;
      drag.other = column;
      return column.classList.add("is-target");
    }
    const top = column.querySelector(".bd-boxes").getBoundingClientRect().top;
    if (resize) {
      const start = Number(item.dataset.at);
      drag.at = start;
      drag.length = Math.max(board.step, Math.round((board.first + (y - top) / minute - start) / board.step) * board.step);
    } else {
      drag.length = drag.minutes;
      drag.at = board.snap(board.first + (y - drag.grip - top) / minute, drag.minutes);
    }
    drag.column = column;
    board.showPreview(column, drag.at, drag.length);
  }

  function below(x, y) {
    return document.elementsFromPoint(x, y).find((element) => element !== drag.veil);
  }

  function end(drop) {
    cancelAnimationFrame(drag.frame);
    const { item, ghost, veil, other, column, at, length } = drag;
    ghost?.remove();
    veil.remove();
    other?.classList.remove("is-target");
    board.hidePreview();
    board.clearShade();
    board.busy -= 1;
    drag = null;
    // The current element: the board may have been redrawn.
    const still = (item.dataset.slot && board.box(item.dataset.slot)) || item;
    still.classList.remove("is-moving");
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 50);
    if (!drop) return board.say(board.format("left", { title: item.dataset.title }));
    if (other) other.dataset.date ? board.scheduleOnDay(still, other.dataset.date, Number(item.dataset.at), length) : board.unschedule(still);
    else if (column) board.schedule(still, column, at, length);
  }

  function swallow(event) {
    event.preventDefault();
    event.stopPropagation();
  }
}
