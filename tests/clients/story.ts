/* The story, told by types that openapi-typescript generated: `node story.js ADDRESS TOKEN`. */

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

const [address, token] = process.argv.slice(2);
const client = createClient<paths>({
  baseUrl: address,
  headers: { Authorization: `Token ${token}` },
  querySerializer: { array: { style: "form", explode: false } },
});
const START = Date.UTC(2031, 4, 1, 8);
const MINUTES = 60_000;

function assert(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

function need<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

const at = (milliseconds: number) => new Date(milliseconds).toISOString();
const story = { path: { slug: "story" } };

// Build an event of 30 talks
need(
  await client.PUT("/api/v1/events/{slug}/", {
    params: story,
    body: { name: "Story", starts_on: "2031-05-01", ends_on: "2031-05-01", state: "published" },
  }),
);
const wanted = Array.from({ length: 30 }, (_, number) => ({
  event: "story",
  title: `Talk ${number}`,
  state: "confirmed" as const,
}));
const made = need(await client.POST("/api/v1/talks/bulk/", { body: { talks: wanted } })).talks;
for (const [number, talk] of made.entries()) {
  const start = START + 15 * MINUTES * number;
  const body = { talk: talk.guid, starts_at: at(start), ends_at: at(start + 15 * MINUTES) };
  need(await client.POST("/api/v1/events/{slug}/plan/", { params: story, body }));
}

// Release it
const first = need(await client.POST("/api/v1/events/{slug}/release/", { params: story, body: { note: "First" } }));
assert(first.number === 1 && first.report.slots === 30 && first.report.new === 30, JSON.stringify(first));

// Mirror it
const { cursor } = need(await client.GET("/api/v1/changes/", { params: { query: { cursor: "now" } } }));
const page = need(
  await client.GET("/api/v1/talks/", { params: { query: { event: ["story"], page_size: 200 } } }),
);
assert(page.results.length === 30, `${page.results.length} talks`);

// Move one talk
const moving = made[7];
assert(moving !== undefined, "there is a talk to move");
const plan = need(
  await client.GET("/api/v1/events/{slug}/plan/", { params: { ...story, query: { talk: [moving.guid] } } }),
);
const slot = plan.results[0] as components["schemas"]["Plan"];
const later = (text: string) => at(Date.parse(text) + 600 * MINUTES);
need(
  await client.PATCH("/api/v1/events/{slug}/plan/{guid}/", {
    params: { path: { slug: "story", guid: slot.guid } },
    body: { starts_at: later(slot.starts_at), ends_at: later(slot.ends_at) },
  }),
);
const second = need(await client.POST("/api/v1/events/{slug}/release/", { params: story, body: { note: "Second" } }));
assert(second.report.moved === 1 && second.report.new === 0, JSON.stringify(second));

// See exactly one change
const seen = need(
  await client.GET("/api/v1/changes/", { params: { query: { cursor, kind: ["talks", "slots"] } } }),
).results;
assert(seen.map((one) => one.kind).sort().join() === "slots,talks", JSON.stringify(seen));
assert(
  seen.some((one) => one.kind === "talks" && one.guid === moving.guid),
  "it is the talk that moved",
);
console.log("one change seen");
