import assert from "node:assert/strict";
import { test } from "node:test";
import { pick } from "./pick.js";

const names = [
  "FACETS", "LOOKAHEAD", "escapeHtml", "put", "readEntry", "listEntries", "parseAddress", "dateIn", "parseMoment", "chooseDay", "composeDay", "composeBody",
  "composeRooms", "composeTalk", "composeFeedback", "composePage",
];
const { parseAddress, parseMoment, chooseDay, composePage } = pick("js/device/pages.js", names);

const entry = (slot, start, room) => [start, start + 30, room, `[${slot}]<a href="/events/x/talks/talk-${slot}/"></a><time datetime="then" data-clock>at</time>`];
const DAY = 24 * 60;
const COPY = {
  zone: "UTC",
  rooms: ["A", "B"],
  days: [
    { date: "1970-01-01", title: "First", start: 0, end: DAY },
    { date: "1970-01-02", title: "Second", start: DAY, end: 2 * DAY },
  ],
  entries: [entry("a", 600, 0), entry("b", 600, 1), entry("c", DAY + 600, 0)],
  bars: { list: { all: "bar-all", "1970-01-01": "bar-1", "1970-01-02": "bar-2" }, grid: { all: "grid-all" } },
  body: '<!--bar--><!--list--><p data-count="fit: %s"><!--count-->',
  words: { nothing: "nothing", no_room: "no room" },
  frames: { list: "list(<!--body-->)", grid: "grid(<!--body-->)", now: "<div data-rooms><!--rooms--></div>", talk: "/talks/device-copy/ <!--body-->", my: "my" },
};
const page = (path, more, options) => composePage(COPY, more, new URL(path, "https://example.org"), { now: 0, ...options });

test("an address names its event, language and kind", () => {
  assert.deepEqual({ ...parseAddress("/zh-hans/events/x/talks/y/") }, { base: "/zh-hans/events/x/", kind: "talk", talk: "y" });
  assert.equal(parseAddress("/events/x/schedule/").kind, "schedule");
  for (const path of ["/", "/events/x/", "/events/x/talks/", "/events/x/now/y/", "/admin/"]) assert.equal(parseAddress(path), undefined);
});

test("the day is the requested one, all when it is filtered, else today or the first", () => {
  const day = (query, now) => chooseDay(COPY, new URLSearchParams(query), now);
  assert.equal(day("", 30 * DAY * 60_000), "1970-01-01");
  assert.equal(day("", (DAY + 5) * 60_000), "1970-01-02");
  assert.equal(day("track=x", 0), "all");
  assert.equal(day("track=x&day=1970-01-02", 0), "1970-01-02");
  assert.equal(day("day=2000-01-01", 0), "1970-01-01");
});

test("a schedule has the entries of its days, by time", () => {
  const html = page("/events/x/schedule/?day=all");
  assert.ok(html.startsWith("list(bar-all"));
  assert.ok(/\[a\].*<\/time>\[b\]/.test(html) && html.includes('datetime="then" data-clock>at</time></p>') && html.includes("[c]") && html.endsWith("fit: 3)"));
  assert.ok(!page("/events/x/schedule/").includes("[c]"));
  assert.ok(page("/events/x/schedule/?day=all", undefined, { isFragment: true }).startsWith("bar-all"));
});

test("a grid is a list until the grids are there", () => {
  const more = { grids: { "1970-01-01": "grid-1", "1970-01-02": "grid-2" }, talks: { "talk-a": "abstract" } };
  assert.ok(page("/events/x/schedule/?view=grid&day=all", more).startsWith("grid(grid-allgrid-1grid-2"));
  assert.ok(page("/events/x/schedule/?view=grid&day=all").startsWith("list("));
  assert.equal(page("/events/x/talks/talk-a/", more), "/talks/talk-a/ abstract");
  assert.ok(page("/events/x/talks/talk-a/").includes("[a]"));
  assert.equal(page("/events/x/talks/none/", more), undefined);
});

test("now has each room with what is on or comes within a day", () => {
  assert.ok(page("/events/x/now/").includes("[a]") && !page("/events/x/now/").includes("[c]"));
  assert.ok(!page("/events/x/now/?room=B").includes("[a]"));
  const later = page(`/events/x/now/?at=1970-01-01T23:00`);
  assert.ok(later.includes("[c]") && !later.includes("[a]") && later.includes('data-at="1970-01-01T23:00:00.000Z"'));
});

test("a moment without an offset is in the event's zone", () => {
  assert.equal(parseMoment("2030-10-06T09:35", "Asia/Kolkata"), Date.parse("2030-10-06T04:05Z"));
  assert.equal(parseMoment("2030-10-06T09:35+02:00", "Asia/Kolkata"), Date.parse("2030-10-06T07:35Z"));
  assert.ok(Number.isNaN(parseMoment("soon", "UTC")));
});
