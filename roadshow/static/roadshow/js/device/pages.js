// Pages of an event from its copy on the device. Pure functions of the copy, the address and the time; the service
// worker calls them. The copy is what events/views/device.py makes: ready parts of the portal's own pages.
const FACETS = ["time", "track", "room", "building", "kind", "level", "language", "topic", "recorded", "q"];
// Minutes that a page of now and next covers, so that it stays right offline.
const LOOKAHEAD = 24 * 60;

const escapeHtml = (text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
// A function, because a replacement text may contain "$&".
const put = (html, name, content) => html.replaceAll(`<!--${name}-->`, () => content);

// What an address asks for: the event's base address, the kind of page, and the talk's slug. Undefined for others.
function parseAddress(pathname) {
  const [, base, kind, talk, feedback] =
    pathname.match(/^((?:\/[a-z-]+)?\/events\/[^/]+\/)(schedule|my|now|display|talks)\/(?:([^/]+)\/(feedback\/)?)?$/) ?? [];
  if (!base || (talk && kind !== "talks") || (kind === "talks" && !talk)) return undefined;
  return { base, kind: feedback ? "feedback" : talk ? "talk" : kind, talk };
}

// An entry of the copy: when, in which room, which talk, and the text of its first time, which its HTML has.
function readEntry(copy, [start, end, room, html]) {
  const [, iso, clock] = html.match(/<time datetime="([^"]*)"[^>]*>([^<]*)/);
  return { start, end, iso, clock, html, room: copy.rooms[room], talk: html.match(/\/talks\/([^/"]+)\//)?.[1] };
}
function listEntries(copy, isWanted) {
  return copy.entries.filter(([start, end]) => isWanted({ start, end })).map((entry) => readEntry(copy, entry));
}

// The date (ISO) of a moment in a time zone.
const dateIn = (zone, moment) => new Intl.DateTimeFormat("sv", { timeZone: zone }).format(moment);

// A moment (milliseconds) from ISO 8601, in the event's time zone where it has no offset; NaN for anything else.
function parseMoment(text, zone) {
  if (/(Z|[+-]\d\d:\d\d)$/.test(text)) return Date.parse(text);
  const utc = Date.parse(`${text}Z`);
  if (Number.isNaN(utc)) return utc;
  const local = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(utc);
  return 2 * utc - Date.parse(`${local.replace(" ", "T")}Z`);
}

// The day that a schedule shows, as the portal chooses it: the requested one, all when it is filtered, today, the first.
function chooseDay(copy, parameters, now) {
  const dates = copy.days.map((day) => day.date);
  const asked = parameters.get("day");
  if (dates.includes(asked)) return asked;
  if (asked === "all" || FACETS.some((name) => parameters.get(name))) return "all";
  const today = dateIn(copy.zone, now);
  return dates.includes(today) ? today : (dates[0] ?? "all");
}

function composeDay(copy, day, titleIsShown) {
  const hours = [];
  for (const entry of listEntries(copy, ({ start }) => day.start <= start && start < day.end)) {
    if (hours.at(-1)?.start !== entry.start) hours.push({ ...entry, slots: "" });
    hours.at(-1).slots += entry.html;
  }
  if (!hours.length) return "";
  const list = hours.map(
    ({ iso, clock, slots }) =>
      `<li class="hour"><p class="hour__time"><time datetime="${iso}" data-clock>${clock}</time></p><ul class="hour__slots">${slots}</ul></li>`,
  );
  return `<section class="day"><h2${titleIsShown ? "" : ' class="sr"'}>${escapeHtml(day.title)}</h2><ol class="hours">${list.join("")}</ol></section>`;
}

// The part of a schedule page below its filters. `more` has the grids; without it a grid is shown as a list.
function composeBody(copy, more, parameters, now) {
  const chosen = chooseDay(copy, parameters, now);
  const days = copy.days.filter((day) => chosen === "all" || day.date === chosen);
  const isGrid = parameters.get("view") === "grid" && more;
  const titleIsShown = days.length > 1 || copy.days.length === 1;
  const parts = days.map((day) => (isGrid ? (more.grids[day.date] ?? "") : composeDay(copy, day, titleIsShown)));
  const count = copy.entries.filter(([start]) => days.some((day) => day.start <= start && start < day.end)).length;
  let html = put(copy.body, "bar", copy.bars[isGrid ? "grid" : "list"][chosen]);
  html = put(html, "list", parts.join("") || copy.words.nothing);
  const [, pattern] = html.match(/data-count="([^"]*)"/);
  return put(html, "count", pattern.replace("%s", count));
}

// Sections of the rooms with what is on and what comes at a moment (milliseconds); `only` one room when it is named.
function composeRooms(copy, now, only) {
  const at = now / 60_000;
  const coming = listEntries(copy, ({ end }) => end > at);
  const limit = Math.max(at, Math.min(...coming.map((entry) => entry.start))) + LOOKAHEAD;
  const rooms = new Map(copy.rooms.map((room) => [room, ""]));
  for (const entry of coming) {
    if (entry.start < limit && (!only || entry.room === only)) rooms.set(entry.room, (rooms.get(entry.room) ?? "") + entry.html);
  }
  return [...rooms]
    .filter(([, slots]) => slots)
    .map(([room, slots]) => {
      const name = room ? `<bdi>${escapeHtml(room)}</bdi>` : escapeHtml(copy.words.no_room);
      return `<section class="now"><h2>${name}</h2><ol class="now__slots">${slots}</ol></section>`;
    })
    .join("");
}

function composeTalk(copy, more, slug) {
  const found = listEntries(copy, () => true).filter((entry) => entry.talk === slug);
  const content = more?.talks[slug] ?? (found.length && `<ul class="talks">${found.map((entry) => entry.html).join("")}</ul>`);
  return content ? put(copy.frames.talk, "body", content).replaceAll("/talks/device-copy/", () => `/talks/${slug}/`) : undefined;
}

// The form for feedback on a talk; it is sent when there is a network.
function composeFeedback(copy, slug) {
  const entry = listEntries(copy, () => true).find(({ talk }) => talk === slug);
  const [, title] = entry?.html.match(/<h3[^>]*>(?:<a[^>]*>)?([^<]*)/) ?? [];
  return title && put(copy.frames.feedback, "title", title).replaceAll("/talks/device-copy/", () => `/talks/${slug}/`);
}

// The HTML for an address, as a whole page or as the fragment that a script asks for; undefined when there is none.
function composePage(copy, more, url, { now, isFragment = false }) {
  const address = parseAddress(url.pathname);
  const parameters = url.searchParams;
  switch (address?.kind) {
    case "schedule": {
      const body = composeBody(copy, more, parameters, now);
      return isFragment ? body : put(copy.frames[parameters.get("view") === "grid" && more ? "grid" : "list"], "body", body);
    }
    case "now":
    case "display": {
      if (isFragment) return undefined; // the page follows the clock by itself
      const asked = parseMoment(parameters.get("at") ?? "", copy.zone);
      const frame = asked ? copy.frames[address.kind].replace(" data-rooms", ` data-rooms data-at="${new Date(asked).toISOString()}"`) : copy.frames[address.kind];
      return put(frame, "rooms", composeRooms(copy, asked || now, parameters.get("room")));
    }
    case "talk":
      return composeTalk(copy, more, address.talk);
    case "feedback":
      return copy.frames.feedback && composeFeedback(copy, address.talk);
    case "my":
      return copy.frames.my;
    default:
      return undefined;
  }
}
