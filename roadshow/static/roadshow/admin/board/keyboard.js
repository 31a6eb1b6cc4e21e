/* Keyboard: arrows move the focus, Space picks a box up, arrows move it, Enter drops it. */

export function start(board) {
  const { root, grid } = board;
  let held = null; // { item, column, at, minutes, day }, the last of them the link of the day

  rove();
  root.addEventListener("board:grid", rove);
  grid.addEventListener("focusin", (event) => {
    const link = event.target.closest(".bd-box > a");
    if (!link) return;
    for (const other of grid.querySelectorAll('.bd-box > a[tabindex="0"]')) other.tabIndex = -1;
    link.tabIndex = 0;
  });
  root.addEventListener("focusout", (event) => {
    if (held && !root.contains(event.relatedTarget)) setTimeout(() => held && !root.contains(document.activeElement) && cancelMove(), 0);
  });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (held ? move(event) : navigate(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  // Enter also clicks the focused link; only the key handler may drop a held talk.
  root.addEventListener("click", (event) => held && event.detail === 0 && event.preventDefault(), true);

  /** Roving tabindex: one tab stop, the box that was focused last. */
  function rove() {
    const links = grid.querySelectorAll(".bd-box > a");
    for (const link of links) link.tabIndex = -1;
    if (links[0]) links[0].tabIndex = 0;
  }

  function navigate(event) {
    const item = event.target.closest(".bd-box, .bd-talk");
    if (!item) return false;
    if (event.key === " ") return pick(item);
    if (event.key === "Delete" && item.dataset.slot) return Boolean(board.unschedule(item));
    const next = item.matches(".bd-talk") ? alongTray(item, event.key) : alongGrid(item, event.key);
    next?.querySelector("a").focus();
    return Boolean(next);
  }

  function alongTray(item, key) {
    const all = [...root.querySelectorAll(".bd-talk:not([hidden])")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    return step && all[all.indexOf(item) + step];
  }

  function alongGrid(item, key) {
    const column = item.closest(".bd-room");
    const inTime = (boxes) => boxes.sort((a, b) => a.dataset.at - b.dataset.at);
    const boxes = inTime([...column.querySelectorAll(".bd-box")]);
    const index = boxes.indexOf(item);
    if (key === "ArrowDown") return boxes[index + 1];
    if (key === "ArrowUp") return boxes[index - 1];
    if (key === "Home") return boxes[0];
    if (key === "End") return boxes.at(-1);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return null;
    const rooms = board.rooms;
    for (let at = rooms.indexOf(column) + step; rooms[at]; at += step) {
      const near = [...rooms[at].querySelectorAll(".bd-box")];
      const distance = (box) => Math.abs(box.dataset.at - item.dataset.at);
      if (near.length) return near.sort((a, b) => distance(a) - distance(b))[0];
    }
    return null;
  }

  function pick(item) {
    const minutes = board.minutesOf(item);
    const column = item.closest(".bd-room") ?? board.rooms[0];
    const at = item.dataset.slot ? Number(item.dataset.at) : board.snap(firstFree(column, minutes), minutes);
    held = { item, column, at, minutes, day: board.days.find((day) => day.ariaCurrent) };
    board.busy += 1;
    item.classList.add("is-moving");
    draw();
    board.shade(item);
    board.say(`${board.format("picked", { title: item.dataset.title, minutes })} ${where()}`);
    return true;
  }

  function firstFree(column, minutes) {
    const ends = [...column.querySelectorAll(".bd-box")].map((box) => Number(box.dataset.at) + Number(box.dataset.for));
    const from = Number(column.dataset.opens ?? board.first + 60);
    const starts = [from, ...ends].sort((a, b) => a - b);
    return starts.find((at) => at >= from && !board.overlapping(column, at, minutes, "").length) ?? from;
  }

  function draw() {
    for (const day of board.days) day.classList.toggle("is-target", day === held.day && !day.ariaCurrent);
    if (!held.day.ariaCurrent) return board.hidePreview();
    board.showPreview(held.column, held.at, held.minutes);
    board.shadow.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function where() {
    const { item, column, at, minutes, day } = held;
    const parts = [board.describe(column, at, minutes)];
    if (!day.ariaCurrent) return `${day.textContent.trim()}, ${parts[0]}.`;
    const beside = board.overlapping(column, at, minutes, item.dataset.slot).map((box) => box.dataset.title);
    if (beside.length) parts.push(board.format("over", { titles: beside.join("”, “") }));
    const { opens, closes } = column.dataset;
    if (opens !== undefined && (at < Number(opens) || at + minutes > Number(closes))) parts.push(board.format("closed"));
    return `${parts.join(", ")}.`;
  }

  const ends = { Escape: cancelMove, Enter: drop, " ": drop, Delete: sendBack, Backspace: sendBack };

  function move({ key, shiftKey }) {
    if (key in ends) return ends[key]();
    if (key === "Tab") {
      cancelMove();
      return false;
    }
    const { step, rooms } = board;
    const down = { ArrowDown: 1, ArrowUp: -1, PageDown: 60 / step, PageUp: -60 / step }[key];
    const across = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (down) moveInTime(down * step, shiftKey);
    else if (across) moveAcross(across, shiftKey);
    else if (key === "Home") held.column = rooms[0];
    else if (key === "End") held.column = rooms.at(-1);
    else return false;
    draw();
    board.say(where());
    return true;
  }

  /** Later or earlier; with Shift, longer or shorter. */
  function moveInTime(minutes, resize) {
    if (resize) held.minutes = Math.max(board.step, held.minutes + minutes);
    else held.at = board.snap(held.at + minutes, held.minutes);
  }

  /** To the next room; with Shift, to the next day. */
  function moveAcross(direction, toDay) {
    const { days, rooms } = board;
    if (toDay) held.day = days[days.indexOf(held.day) + direction] ?? held.day;
    else held.column = rooms[rooms.indexOf(held.column) + direction] ?? held.column;
  }

  function release() {
    board.clearShade();
    const { item, ...target } = held;
    held = null;
    board.busy -= 1;
    board.hidePreview();
    target.day.classList.remove("is-target");
    const still = (item.dataset.slot && board.box(item.dataset.slot)) || item;
    still.classList.remove("is-moving");
    return { item: still, ...target };
  }

  function drop() {
    const { item, column, at, minutes, day } = release();
    if (!day.ariaCurrent) board.scheduleOnDay(item, day.dataset.date, at, minutes, column);
    else if (!board.schedule(item, column, at, minutes)) board.say(board.format("left", { title: item.dataset.title }));
    return true;
  }

  function sendBack() {
    const { item } = release();
    board.unschedule(item);
    return true;
  }

  function cancelMove() {
    const { item } = release();
    board.say(board.format("left", { title: item.dataset.title }));
    return true;
  }
}
