// The service worker, a portal on the device: it answers from the copy of the event as soon as the network is slow.
importScripts("PAGES", "STORE"); // with the build BUILD

const FILES = "roadshow-files"; // scripts, styles, icons: their names change with their content
const VISITED = "roadshow-visited"; // pages as the portal sent them
const MOST = { [FILES]: 300, [VISITED]: 150 }; // entries, the newest
const PATIENCE = 400; // milliseconds for which a good network is waited for
const RECENT = 15 * 60_000; // a stored page is not fetched again
const LIMIT = 2_000; // and at most, where there is a copy
const PRIVATE = /^(\/[a-z-]+)?\/(admin|api|accounts|my|my-page|preview|invitations|unsubscribe|healthz|readyz|metrics)(\/|$)|\.(ics|xml|csv|xlsx|png|webp)$/;

let networkIsGood = navigator.onLine !== false;

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const isStorable = (response) =>
  response.ok && !response.redirected && !/private|no-store/.test(response.headers.get("Cache-Control") ?? "");

// A fragment of a page has the page's own address: it is stored beside it.
function keyOf(request) {
  const url = new URL(request.url);
  url.hash = "";
  if (request.headers.get("HX-Request")) url.searchParams.set("_fragment", "1");
  return url.href;
}

async function storeResponse(name, key, response) {
  const cache = await caches.open(name);
  await cache.put(key, response);
  const keys = await cache.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST[name]))) await cache.delete(old);
}

// The response once all of it has arrived: a limit of time that ends in the middle of a body would cut it off.
async function readWhole(response) {
  const body = await response.arrayBuffer();
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name); // of the body as it was sent
  return new Response(body.byteLength ? body : null, { status: response.status, headers });
}

// A page's own request cannot be limited in time, so it is asked for anew, and with the same header of a script.
async function fetchFresh(event, { limit } = {}) {
  const { request } = event;
  const headers = { Accept: request.headers.get("Accept") ?? "*/*" };
  if (request.headers.get("HX-Request")) headers["HX-Request"] = "true";
  // A browser's own cache may answer with what is stale, also without a network: that is not the portal.
  const options = { headers, cache: "no-cache", credentials: "same-origin", signal: limit && AbortSignal.timeout(limit) };
  try {
    const response = await fetch(limit ? new Request(request.url, options) : request);
    const whole = limit ? await readWhole(response) : response;
    networkIsGood = true;
    if (isStorable(response)) event.waitUntil(storeResponse(VISITED, keyOf(request), whole.clone()).catch(() => {}));
    return response.redirected && request.mode === "navigate" ? Response.redirect(response.url) : whole;
  } catch (error) {
    networkIsGood = false;
    throw error;
  }
}

// Pages carry a hidden note that they are copies, and of when.
function asCopy(html, storedAt, policy) {
  const moment = new Date(storedAt);
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (Date.now() - moment > 12 * 3_600_000) Object.assign(options, { day: "numeric", month: "short" });
  const time = `<time data-stored datetime="${moment.toISOString()}">${new Intl.DateTimeFormat(undefined, options).format(moment)}</time>`;
  const headers = { "Content-Type": "text/html; charset=utf-8", "X-From-Device": "1" };
  if (policy) headers["Content-Security-Policy"] = policy;
  return new Response(html.replace(" hidden data-copy", " data-copy").replace("<time data-stored></time>", () => time), { headers });
}

async function composeFromCopy(request) {
  const url = new URL(request.url);
  const { base } = parseAddress(url.pathname) ?? {};
  const [copy, more] = base ? await Promise.all([store.get(base), store.get(`${base}more`)]) : [];
  if (!copy) return undefined;
  const options = { now: Date.now(), isFragment: Boolean(request.headers.get("HX-Request")) };
  const html = composePage(copy.content, more?.content, url, options);
  const isPartial = !more && (url.searchParams.get("view") === "grid" || url.pathname.includes("/talks/"));
  return html && { response: asCopy(html, copy.storedAt, copy.policy), isPartial };
}

async function findVisited(request) {
  const stored = await caches.match(keyOf(request), { cacheName: VISITED, ignoreVary: true });
  if (!stored) return undefined;
  const storedAt = Date.parse(stored.headers.get("Date")) || Date.now();
  return { response: asCopy(await stored.text(), storedAt, stored.headers.get("Content-Security-Policy")) };
}

// {response, isPartial}: partial while the grids and abstracts are still on their way.
async function findStored(request) {
  try {
    return (await composeFromCopy(request)) ?? (await findVisited(request));
  } catch {
    return undefined; // storage is forbidden or broken: the network it is
  }
}

// For an address that is not stored: the events that are, in the language of the address.
async function composeUnknown(request) {
  const copies = (await store.all()).filter(({ content }) => content.frames);
  if (request.mode !== "navigate" || !copies.length) return undefined;
  const rootOf = ({ content }) => content.base.replace(/events\/[^/]+\/$/, ""); // "/" or, say, "/zh-hans/"
  const { pathname } = new URL(request.url);
  const root = copies.map(rootOf).filter((path) => pathname.startsWith(path)).sort((a, b) => b.length - a.length)[0];
  const own = copies.filter((copy) => rootOf(copy) === root);
  const shown = own.length ? own : copies;
  const links = shown.map(({ content }) => `<li><a href="${content.base}schedule/"><bdi>${escapeHtml(content.name)}</bdi></a></li>`);
  return asCopy(put(shown[0].content.frames.unknown, "body", links.join("")), shown[0].storedAt, shown[0].policy);
}

async function tellFresh(event, response) {
  const client = await clients.get(event.resultingClientId || event.clientId);
  const text = await response.text();
  const release = text.match(/data-release="(\d+)"/)?.[1];
  client?.postMessage({ fresh: event.request.url, release });
}

async function respond(event) {
  const stored = await findStored(event.request);
  if (!stored) {
    try {
      return await fetchFresh(event);
    } catch (error) {
      const unknown = await composeUnknown(event.request).catch(() => undefined);
      if (unknown) return unknown;
      throw error;
    }
  }
  const patience = stored.isPartial ? LIMIT : networkIsGood ? PATIENCE : 0;
  // A portal that fails is no better than none while there is a copy.
  const refresh = fetchFresh(event, { limit: LIMIT }).then((late) => (late.status < 500 ? late : undefined)).catch(() => undefined);
  const fresh = await Promise.race([refresh, wait(patience)]);
  if (fresh) return fresh;
  const told = refresh.then((late) => late?.ok && event.request.mode === "navigate" && tellFresh(event, late));
  event.waitUntil(told.catch(() => {}));
  return stored.response;
}

async function respondWithFile(event) {
  const stored = await caches.match(event.request, { cacheName: FILES, ignoreVary: true });
  if (stored && /\.[0-9a-f]{12}\./.test(event.request.url)) return stored; // its name says what is in it
  try {
    const response = await fetch(event.request, stored ? { signal: AbortSignal.timeout(networkIsGood ? PATIENCE : 1) } : {});
    const whole = stored ? await readWhole(response) : response;
    if (isStorable(response)) event.waitUntil(storeResponse(FILES, event.request, whole.clone()).catch(() => {}));
    return whole;
  } catch (error) {
    if (stored) return stored;
    throw error;
  }
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || PRIVATE.test(url.pathname)) return;
  if (url.pathname.startsWith("/static/roadshow/")) event.respondWith(respondWithFile(event));
  else if (request.mode === "navigate" || request.headers.get("HX-Request")) event.respondWith(respond(event));
});

// Fetches one document of an event unless the stored one is current. False when it cannot be had.
async function renew(key, address) {
  const before = await store.get(key);
  const response = await fetch(address, { headers: before ? { "If-None-Match": before.tag } : {}, cache: "no-store" });
  if (response.status === 304) {
    await store.put(key, { ...before, storedAt: Date.now() });
    return true;
  }
  if (!response.ok) return false;
  const policy = response.headers.get("Content-Security-Policy");
  await store.put(key, { tag: response.headers.get("ETag"), storedAt: Date.now(), policy, content: await response.json() });
  return true;
}

// Addresses of the scripts that the text of a script imports, at once or later.
function listImports(address, text) {
  const base = new URL(address, location.href);
  return [...text.matchAll(/"(\.\/[^"]+\.js)"/g)].map(([, name]) => new URL(name, base).pathname);
}

// Files that pages name, and the scripts that these import.
async function storeFiles(pages) {
  const found = pages.flatMap((html) => [...html.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)]);
  const cache = await caches.open(FILES);
  const files = new Set(found.map(([, address]) => address));
  for (const file of files) {
    if (!(await cache.match(file, { ignoreVary: true }))) await cache.add(file);
    if (!file.endsWith(".js")) continue;
    const stored = await cache.match(file, { ignoreVary: true });
    for (const imported of listImports(file, await stored.text())) files.add(imported); // its turn comes, too
  }
}

// Pages around an event that no copy is drawn from: they are stored as they are. Returns the HTML of those that were fetched.
async function storePages(base) {
  const root = base.replace(/events\/[^/]+\/$/, "");
  const fetched = [];
  for (const path of [base, `${base}speakers/`, `${base}rooms/`, `${base}changes/`, root]) {
    const address = new URL(path, location.href).href;
    const stored = await caches.match(address, { cacheName: VISITED, ignoreVary: true });
    if (stored && Date.now() - Date.parse(stored.headers.get("Date")) < RECENT) continue;
    const response = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-cache" });
    if (!isStorable(response)) continue;
    await storeResponse(VISITED, address, response.clone());
    fetched.push(await response.text());
  }
  return fetched;
}

// A page names its event, in its own language first. What is stored stays until something newer is there.
async function keep({ data, source }) {
  const [own, ...others] = data.bases;
  if (!(await renew(own, `${own}device.json`))) return;
  const { content } = await store.get(own);
  await storeFiles(Object.values(content.frames));
  source?.postMessage({ kept: content.release });
  await renew(`${own}more`, `${own}device-more.json`);
  await storeFiles(await storePages(own));
  for (const base of others) {
    await renew(base, `${base}device.json`);
    await renew(`${base}more`, `${base}device-more.json`);
  }
  for (const name of await caches.keys()) if (name.startsWith("roadshow-") && !MOST[name]) await caches.delete(name);
}
addEventListener("message", (event) => event.data.bases && event.waitUntil(keep(event).catch(() => {})));
