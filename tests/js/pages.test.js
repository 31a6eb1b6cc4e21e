import assert from "node:assert/strict";
import { test } from "node:test";
import { pick } from "./pick.js";

const GUIDS = ["01234567-89ab-cdef-0123-456789abcdef", "ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-000000000000"];

test("starred GUIDs survive the way through an address", () => {
  const { packed, unpacked } = pick("js/my.js", ["packed", "unpacked"]);
  for (const guids of [[], GUIDS.slice(0, 1), GUIDS.slice(1), GUIDS]) {
    const text = packed(guids);
    assert.match(text, /^[\w-]*$/);
    assert.deepEqual([...unpacked(text)], guids);
  }
  assert.ok(packed(GUIDS).length <= GUIDS.length * 22);
});

test("an address that was cut off gives the GUIDs that are whole", () => {
  const { packed, unpacked } = pick("js/my.js", ["packed", "unpacked"]);
  assert.deepEqual([...unpacked(packed(GUIDS).slice(0, -4))], GUIDS.slice(0, 2));
});

test("an address that is proposed keeps the marks of vowels", () => {
  const { proposeSlug } = pick("admin/slugs.js", ["proposeSlug"]);
  assert.equal(proposeSlug("สวัสดี ชาวโลก", 80), "สวัสดี-ชาวโลก");
  assert.equal(proposeSlug("हिन्दी: एक दिन!", 80), "हिन्दी-एक-दिन");
  assert.equal(proposeSlug(" -- A day in Nairobi -- ", 80), "a-day-in-nairobi");
  assert.equal(proposeSlug("one two", 4), "one");
});

test("the filter of a schedule folds case and accents", () => {
  const { fold } = pick("js/plan.js", ["fold"]);
  assert.equal(fold("Éric ŁÓDŹ Ünder"), "eric łodz under");
  assert.equal(fold("数据 Ⅻ"), "数据 xii");
});

test("an entry fits when every facet and every word does", () => {
  const { fits } = pick("js/plan.js", ["isNearly", "containsWord", "partOfDay", "hasValue", "fits"], { known: { text: "abstract", slots: new Set(["s"]) } });
  const element = { dataset: { slot: "s", track: "ml", topic: "data|ethics", room: "a" }, querySelector: () => ({ dateTime: "2030-10-06T13:00:00+02:00" }) };
  const entry = { element, text: "training at scale ml" };
  const cases = [
    [{}, [], true],
    [{ track: ["ml"] }, ["scale"], true],
    [{ track: ["web"] }, [], false],
    [{ track: ["web", "ml"] }, [], true],
    [{ topic: ["ethics"] }, [], true],
    [{ topic: ["eth"] }, [], false],
    [{ time: ["afternoon"] }, [], true],
    [{ time: ["morning"] }, [], false],
    [{ kind: ["talk"] }, [], true], // the kind that is not written
    [{ kind: ["workshop"] }, [], false],
    [{ room: ["a"], track: ["ml"] }, ["training", "scale"], true],
    [{}, ["training", "absent"], false],
    [{}, ["trianing"], true], // two letters changed places
    [{}, ["abstract"], true], // the portal found it
  ];
  for (const [wanted, words, expected] of cases) assert.equal(fits(entry, wanted, words), expected, JSON.stringify([wanted, words]));
});

test("a clock time is shown in the reader's zone, with the day where it differs", () => {
  const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tokyo", ...options });
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const { inMine } = pick("js/times.js", ["pattern", "inMine"], {
    clock: format(clock),
    clockOfDay: format({ weekday: "short", ...clock }),
    clockOfDate: format({ weekday: "short", day: "numeric", month: "short", ...clock }),
    dateHere: new Intl.DateTimeFormat("sv", { timeZone: "Asia/Tokyo" }),
  });
  const at = (dateTime, clockKind) => ({ dateTime, dataset: { clock: clockKind } });
  assert.equal(inMine(at("2025-02-01T09:00:00+01:00"), "at 09:00"), "at 17:00");
  assert.equal(inMine(at("2025-02-01T19:00:00+01:00"), "19:00"), "Sun 03:00");
  assert.match(inMine(at("2025-02-01T19:00:00+01:00", "date"), "1 February, 19:00"), /^Sun,? 2 Feb,? 03:00$/);
  assert.equal(inMine(at("2025-02-01T09:00:00+01:00"), "later"), "later");
});

test("a fragment of a page is kept beside the page, not in its place", () => {
  const { keyOf } = pick("js/worker.js", ["keyOf"]);
  const request = (url, headers = {}) => ({ url, headers: new Headers(headers) });
  assert.equal(keyOf(request("https://a.example/events/x/#now")), "https://a.example/events/x/");
  assert.equal(keyOf(request("https://a.example/?day=2", { "HX-Request": "true" })), "https://a.example/?day=2&_fragment=1");
});

test("only public, direct and successful responses are kept on the device", () => {
  const { isStorable } = pick("js/worker.js", ["isStorable"]);
  const response = (cacheControl, rest = {}) => ({ ok: true, redirected: false, headers: new Headers(cacheControl ? { "Cache-Control": cacheControl } : {}), ...rest });
  assert.ok(isStorable(response()));
  assert.ok(isStorable(response("public, max-age=60")));
  for (const bad of [response("private"), response("max-age=0, no-store"), response("", { ok: false }), response("", { redirected: true })]) {
    assert.ok(!isStorable(bad));
  }
});

test("talks that overlap are one block, and a gap suggests what shares most topics", () => {
  const { groupClashes, suggest } = pick("js/timeline.js", ["MOST", "groupClashes", "suggest"]);
  const slot = (id, start, end, ...interests) => ({ id, start, end, interests, isOff: false });
  const ids = (slots) => Array.from(groupClashes(slots), (block) => block.map(({ id }) => id).join());
  assert.deepEqual(ids([slot("c", 60, 90), slot("a", 0, 30), slot("b", 20, 50)]), ["a,b", "c"]);
  assert.deepEqual(ids([slot("a", 0, 30), { ...slot("off", 10, 90), isOff: true }, slot("b", 30, 50)]), ["a", "off", "b"]);
  const all = [slot("x", 30, 40, "data"), slot("y", 30, 50, "data", "ml"), slot("z", 30, 90, "ml"), slot("n", 30, 40, "web")];
  assert.deepEqual(Array.from(suggest(all, new Set(["data", "ml"]), 30, 60), ({ id }) => id), ["y", "x"]);
});
