/* The board: coordinates of the grid, change requests in order, undo and redo. */

const POLL_INTERVAL = 1500; // milliseconds

// The cookie's, when it is sent: another tab may have signed in since the page was made.
const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";

export class Board {
  constructor(root) {
    this.root = root;
    this.strings = JSON.parse(document.querySelector("#board-strings").textContent);
    this.grid = root.querySelector("[data-grid]");
    this.panel = root.querySelector("#panel");
    this.stackKey = `roadshow-board-${root.dataset.event}-undo`;
    ({ undo: this.undoStack, redo: this.redoStack } = this.loadStacks());
    this.seen = new Map(); // slot -> `updated_at` after its last change, for slots of other days
    this.chosen = new Set(); // slots that move together
    this.queue = Promise.resolve();
    this.busy = 0; // number of drags, picked up talks and pending requests
    this.shadow = Object.assign(document.createElement("li"), { className: "bd-shadow", ariaHidden: "true" });
    root.addEventListener("click", (event) => this.handleClick(event));
    this.grid.addEventListener("dblclick", (event) => this.handleDoubleClick(event));
    root.addEventListener("submit", (event) => this.handleSubmit(event));
    root.querySelector("[data-undo]").addEventListener("click", () => this.undo());
    root.querySelector("[data-redo]").addEventListener("click", () => this.redo());
    document.addEventListener("keydown", (event) => this.handleShortcut(event));
    document.addEventListener("visibilitychange", () => this.refresh());
    setInterval(() => this.refresh(), POLL_INTERVAL);
    this.filter();
    this.updateButtons();
    if (location.hash.startsWith("#slot-")) this.show(location.hash.slice(6));
    else this.grid.scrollTop = Math.max(0, this.earliest() - this.first - 30) * this.minute;
  }

  // --- messages ---
  format(key, values = {}) {
    return this.strings[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  say(text, tone = "") {
    const status = this.root.querySelector(".bd-say");
    status.dataset.tone = tone;
    status.textContent = text;
    clearTimeout(this.silence);
    this.silence = setTimeout(() => (status.textContent = ""), tone ? 12000 : 6000);
  }

  // --- the grid ---
  get canvas() {
    return this.grid.querySelector(".bd-canvas");
  }
  get first() {
    return Number(this.canvas.dataset.first);
  }
  get last() {
    return Number(this.canvas.dataset.last);
  }
  get step() {
    return Number(this.root.querySelector("[data-step]").value);
  }
  get minute() {
    return parseFloat(getComputedStyle(this.root).getPropertyValue("--minute"));
  }
  earliest() {
    return Math.min(...[...this.grid.querySelectorAll(".bd-box")].map((box) => Number(box.dataset.at)), this.last);
  }
  get days() {
    return [...this.root.querySelectorAll("[data-date]")];
  }
  get rooms() {
    return [...this.grid.querySelectorAll(".bd-room:not([hidden])")];
  }
  room(key) {
    return this.grid.querySelector(`.bd-room[data-room="${key}"]`);
  }
  box(slot) {
    return this.grid.querySelector(`.bd-box[data-slot="${slot}"]`);
  }
  /** The time of day at a minute of the day: hours come from the server, which knows the zone. */
  time(at) {
    const hour = this.canvas.querySelector(`.bd-times li[data-at="${Math.floor(at / 60) * 60}"]`);
    const start = hour ? hour.textContent : this.canvas.querySelector(".bd-times li").textContent;
    const [hours, minutes] = start.split(":").map(Number);
    const anchor = hour ? Number(hour.dataset.at) : Number(this.canvas.querySelector(".bd-times li").dataset.at);
    const total = (((hours * 60 + minutes + at - anchor) % 1440) + 1440) % 1440;
    return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
  }
  snap(at, minutes) {
    const step = this.step;
    return Math.min(Math.max(Math.round(at / step) * step, this.first), Math.max(this.first, this.last - minutes));
  }
  instant(at) {
    return new Date(new Date(this.canvas.dataset.origin).getTime() + at * 60000).toISOString();
  }
  describe(column, at, minutes) {
    return this.format("at", { time: this.time(at), end: this.time(at + minutes), room: column.dataset.name });
  }
  overlapping(column, at, minutes, slot) {
    return [...column.querySelectorAll(".bd-box")].filter(
      (box) =>
        box.dataset.slot !== slot &&
        Number(box.dataset.at) < at + minutes &&
        Number(box.dataset.at) + Number(box.dataset.for) > at,
    );
  }

  /** Draw the drop target. */
  showPreview(column, at, minutes) {
    const list = column.querySelector(".bd-boxes");
    if (this.shadow.parentNode !== list) {
      this.shadow.closest(".bd-room")?.classList.remove("is-target");
      list.append(this.shadow);
      column.classList.add("is-target");
    }
    if (this.shadow.dataset.at === String(at) && this.shadow.dataset.for === String(minutes)) return;
    Object.assign(this.shadow.dataset, { at, for: minutes });
    this.shadow.style.setProperty("--for", minutes);
    this.shadow.style.transform = `translateY(${(at - this.first) * this.minute}px)`;
    this.shadow.textContent = `${this.time(at)}–${this.time(at + minutes)}`;
  }
  hidePreview() {
    this.shadow.closest(".bd-room")?.classList.remove("is-target");
    this.shadow.remove();
    delete this.shadow.dataset.at;
  }

  /** Shade the times in which a speaker of this talk is not there. */
  shade(item) {
    this.clearShade();
    const spans = (item.dataset.away || "").split(",").filter(Boolean);
    for (const boxes of spans.length ? this.root.querySelectorAll(".bd-boxes") : []) {
      for (const span of spans) {
        const [from, to] = span.split("-").map(Number);
        const at = Math.max(from, this.first);
        const shade = Object.assign(document.createElement("li"), { className: "bd-away", ariaHidden: "true" });
        shade.style.setProperty("--at", at);
        shade.style.setProperty("--for", Math.max(0, to - at));
        boxes.append(shade);
      }
    }
  }
  clearShade() {
    for (const shade of this.root.querySelectorAll(".bd-away")) shade.remove();
  }

  // --- changes ---
  minutesOf(item) {
    return Number(item.dataset.for) || 2 * Number(this.root.querySelector("[data-step]").value);
  }

  schedule(item, column, at, minutes) {
    const { slot, talk } = item.dataset;
    if (this.chosen.size > 1 && this.chosen.has(slot) && Number(item.dataset.for) === minutes)
      return this.shiftChosen(at - Number(item.dataset.at));
    const change = { op: "schedule", start: this.instant(at), minutes, room: column.dataset.room };
    if (slot) {
      if (Number(item.dataset.at) === at && Number(item.dataset.for) === minutes && item.closest(".bd-room") === column)
        return null;
      column.querySelector(".bd-boxes").append(item);
      item.classList.add("is-saving");
      for (const [name, value] of [["--at", at], ["--for", minutes]]) item.style.setProperty(name, value);
      Object.assign(item.dataset, { at, for: minutes });
      return this.change({ ...change, slot });
    }
    return this.change({ ...change, talk });
  }

  /** Move the chosen slots by so many minutes, each in its room. */
  shiftChosen(shift) {
    return shift ? this.change({ op: "shift", slots: [...this.chosen].join(","), shift }) : null;
  }

  /** Move to the same time of day on another day, in the room of `column`. */
  scheduleOnDay(item, day, at, minutes, column = item.closest(".bd-room")) {
    item.classList.add("is-saving");
    const { slot, talk } = item.dataset;
    return this.change({ op: "schedule", ...(slot ? { slot } : { talk }), day, time: this.time(at), minutes, room: column.dataset.room });
  }

  unschedule(item) {
    if (!item.dataset.slot) return null;
    item.classList.add("is-saving");
    return this.change({ op: "unschedule", slot: item.dataset.slot });
  }

  /** Queue a change; the change that undoes it is pushed onto `to`. */
  change(values, { to = this.undoStack, phrase = null } = {}) {
    if (to === this.undoStack && !phrase) this.redoStack.length = 0;
    this.busy += 1;
    const task = this.queue.then(() => this.sendChange(values, to, phrase)).finally(() => (this.busy -= 1));
    this.queue = task.catch(() => {});
    return task;
  }

  async sendChange(values, to, phrase) {
    const focus = this.getFocus();
    let content, response;
    try {
      const body = new URLSearchParams({
        seen: this.box(values.slot)?.dataset.seen ?? this.seen.get(values.slot) ?? "",
        ...values,
        shown: this.root.dataset.day,
        first: this.first,
        last: this.last,
      });
      response = await fetch(this.root.dataset.change, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
      });
      if (response.redirected && new URL(response.url).pathname.includes("/login/")) return this.handleSignedOut(values, response.url);
      content = await response.json();
    } catch {
      this.say(this.format(response ? "refused" : "offline"), "bad");
      return this.reload();
    }
    if (response.status === 400) await this.reload();
    else this.redraw(content);
    if (response.ok) this.rememberChange(content, to);
    this.updateButtons();
    this.say(phrase && response.ok ? this.format(phrase, content) : content.message, response.ok ? "" : "bad");
    this.restoreFocus(content.slot?.guid ? { slot: content.slot.guid, ...focus } : focus);
    return response.ok;
  }

  rememberChange({ undo, slot }, to) {
    if (undo) to.push(undo);
    if (slot) this.seen.set(slot.guid, slot.seen);
  }

  /** The session has ended: keep the change as the next one to redo. */
  handleSignedOut(values, address) {
    this.redoStack.push(values);
    this.updateButtons();
    this.say(this.format("signed_out"), "bad");
    const link = Object.assign(document.createElement("a"), {
      href: new URL(address).pathname,
      target: "_blank",
      textContent: this.format("sign_in"),
    });
    clearTimeout(this.silence);
    this.root.querySelector(".bd-say").append(" ", link);
    this.reload();
    return false;
  }

  redraw(content) {
    this.root.dataset.version = content.version;
    if (content.grid) {
      const { scrollLeft, scrollTop } = this.grid;
      this.grid.innerHTML = content.grid;
      this.grid.scrollTo(scrollLeft, scrollTop);
      this.root.dispatchEvent(new Event("board:grid"));
    }
    for (const [key, html] of Object.entries(content.columns ?? {}))
      this.room(key).querySelector(".bd-boxes").innerHTML = html;
    for (const box of this.grid.querySelectorAll(".bd-box")) {
      const level = content.levels[box.dataset.slot];
      if (box.dataset.level === level) continue;
      if (level) box.dataset.level = level;
      else delete box.dataset.level;
    }
    this.root.querySelector("[data-conflicts]").innerHTML = content.conflicts;
    const tray = this.root.querySelector("[data-unscheduled]");
    tray.innerHTML = content.unscheduled;
    this.root.querySelector("[data-count]").textContent = tray.firstElementChild.dataset.total;
    this.filter();
    this.root.dispatchEvent(new Event("board:drawn"));
  }

  async reload() {
    const query = new URLSearchParams({ day: this.root.dataset.day, since: "" });
    const response = await fetch(`${this.root.dataset.state}?${query}`).catch(() => null);
    if (response?.status === 200 && !response.redirected) this.redraw(await response.json());
    return false;
  }

  /** Redraw the board when somebody else has changed it, but not during a drag or a request. */
  async refresh() {
    if (this.busy || document.hidden) return;
    const query = new URLSearchParams({ day: this.root.dataset.day, since: this.root.dataset.version });
    const response = await fetch(`${this.root.dataset.state}?${query}`).catch(() => null);
    if (response?.status !== 200 || response.redirected || this.busy) return;
    const focus = this.getFocus();
    this.redraw(await response.json());
    this.restoreFocus(focus);
    this.say(this.format("fresh"));
  }

  undo() {
    return this.replay(this.undoStack, this.redoStack, "undone", "nothing_to_undo");
  }
  redo() {
    return this.replay(this.redoStack, this.undoStack, "redone", "nothing_to_redo");
  }
  replay(from, to, phrase, emptyPhrase) {
    const step = from.pop();
    if (!step) return this.say(this.format(emptyPhrase));
    return this.change(step, { to, phrase });
  }
  /** Undo and redo survive a change of the day: they are stored until the tab is closed. */
  loadStacks() {
    try {
      return { undo: [], redo: [], ...JSON.parse(sessionStorage.getItem(this.stackKey)) };
    } catch {
      return { undo: [], redo: [] };
    }
  }
  saveStacks() {
    try {
      sessionStorage.setItem(this.stackKey, JSON.stringify({ undo: this.undoStack.slice(-100), redo: this.redoStack.slice(-100) }));
    } catch {
      // Without storage they last until the page is left.
    }
  }
  updateButtons() {
    this.saveStacks();
    this.root.querySelector("[data-undo]").disabled = !this.undoStack.length;
    this.root.querySelector("[data-redo]").disabled = !this.redoStack.length;
  }
  handleShortcut(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) this.undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) this.redo();
    else return;
    event.preventDefault();
  }

  // --- focus ---
  getFocus() {
    const item = document.activeElement?.closest(".bd-box, .bd-talk");
    return item ? { ...item.dataset } : null;
  }
  restoreFocus(focus) {
    if (!focus || (document.activeElement && document.activeElement !== document.body)) return;
    const item =
      (focus.slot && this.box(focus.slot)) ||
      (focus.talk && this.root.querySelector(`.bd-talk[data-talk="${focus.talk}"], .bd-box[data-talk="${focus.talk}"]`));
    (item?.querySelector("a") ?? this.grid).focus({ preventScroll: !item });
  }
  show(slot) {
    const box = this.box(slot);
    if (!box) return false;
    box.scrollIntoView({ block: "center", inline: "center" });
    box.classList.add("is-shown");
    setTimeout(() => box.classList.remove("is-shown"), 2500);
    box.querySelector("a").focus({ preventScroll: true });
    return true;
  }

  // --- form and lists ---
  async handleClick(event) {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.dataset.show && this.show(link.dataset.show)) event.preventDefault();
    if ("close" in link.dataset) {
      event.preventDefault();
      this.panel.hidden = true;
      this.opener?.isConnected ? this.opener.focus() : this.grid.focus();
    }
    if (!("panel" in link.dataset)) return;
    event.preventDefault();
    await this.openPanel(new URL(link.href), link);
  }

  async openPanel(address, opener) {
    address.searchParams.set("part", "panel");
    address.hash = "";
    const response = await fetch(address).catch(() => null);
    if (!response?.ok) return this.reload();
    this.opener = opener;
    this.panel.innerHTML = await response.text();
    this.panel.hidden = false;
    this.panel.querySelector("input:not([type=hidden]), select").focus();
  }

  /** A double click on an empty place opens the form of a new break at that time. */
  handleDoubleClick(event) {
    const column = event.target.closest(".bd-room");
    if (!column || event.target.closest(".bd-box, header")) return;
    const top = column.querySelector(".bd-boxes").getBoundingClientRect().top;
    const at = this.snap(this.first + (event.clientY - top) / this.minute, this.step);
    const link = this.root.querySelector("[data-new-break]");
    const address = new URL(link.href);
    address.searchParams.set("time", this.time(at));
    this.openPanel(address, link);
  }

  handleSubmit(event) {
    if (!event.target.closest("#panel")) return;
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    delete values.csrfmiddlewaretoken;
    this.change(values).then((worked) => {
      if (!worked) return;
      this.panel.hidden = true;
      if (values.day && values.day !== this.root.dataset.day) this.grid.focus();
    });
  }

  filter() {
    const field = this.root.querySelector(".bd-filter");
    field.oninput = () => this.filter();
    const words = field.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const talk of this.root.querySelectorAll(".bd-talk")) {
      const text = talk.textContent.toLocaleLowerCase();
      talk.hidden = !words.every((word) => text.includes(word));
    }
  }
}
