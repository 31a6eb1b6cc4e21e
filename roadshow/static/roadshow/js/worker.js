// The network first, always; what was kept on this device when there is none.
const CACHE = "roadshow-BUILD";
const PAGES = /^(\/zh-hans)?\/events\/[^/]+\/(schedule\/|my\/|now\/|display\/|programme\/|talks\/[^/]+\/|talks\/)?$/;
const KEPT = /^\/static\/roadshow\/.*\.(js|css|svg|png)$/;

// A fragment of a page has the page's own address: it is kept beside it.
function keyOf(request) {
  const url = new URL(request.url);
  url.hash = "";
  if (request.headers.get("HX-Request")) url.searchParams.set("_fragment", "1");
  return url.href;
}

const worthKeeping = (answer) => answer.ok && !answer.redirected && !/private|no-store/.test(answer.headers.get("Cache-Control") ?? "");

async function fromDevice(request) {
  const key = keyOf(request);
  const kept = await caches.match(key, { ignoreVary: true });
  if (!kept) return request.mode === "navigate" ? talkOf(new URL(request.url).pathname) : undefined;
  return copy(await kept.blob(), kept.headers.get("Content-Type"));
}

// Pages carry a hidden note that they are copies; here is who shows it.
async function copy(body, type = "text/html; charset=utf-8") {
  const content = type.includes("html") ? (await body.text()).replace(" hidden data-copy", " data-copy") : body;
  return new Response(content, { headers: { "Content-Type": type, "X-From-Device": "1" } });
}

async function talkOf(path) {
  const [, event] = path.match(/^(.*\/events\/[^/]+\/)talks\/[^/]+\/$/) ?? [];
  const whole = event && (await caches.match(`${location.origin}${event}programme/`, { ignoreVary: true }));
  if (!whole) return undefined;
  const [head, ...talks] = (await whole.text()).split("<!--talk-->");
  const found = talks.slice(0, -1).filter((talk) => talk.includes(`data-path="${path}"`));
  return found.length ? copy(new Blob([head, ...found, talks.at(-1)])) : undefined;
}

async function answer(event) {
  const { request } = event;
  try {
    const fresh = await fetch(request);
    if (worthKeeping(fresh)) {
      const kept = fresh.clone();
      event.waitUntil(caches.open(CACHE).then((cache) => cache.put(keyOf(request), kept)).catch(() => {}));
    }
    return fresh;
  } catch (error) {
    const kept = await fromDevice(request);
    if (kept) return kept;
    throw error;
  }
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || url.searchParams.has("q")) return;
  if (PAGES.test(url.pathname) || KEPT.test(url.pathname)) event.respondWith(answer(event));
});

// A page names what belongs to its event. It is fetched once for each release; then copies of older builds go.
async function keep({ data, source }) {
  const cache = await caches.open(CACHE);
  const mark = `${location.origin}/kept${data.event}`;
  const before = await (await cache.match(mark))?.text();
  if (before !== data.version) await fetchAll(cache, data.keep) && (await cache.put(mark, new Response(data.version)));
  for (const name of await caches.keys()) if (name.startsWith("roadshow-") && name !== CACHE) await caches.delete(name);
  source?.postMessage({ kept: true });
}

async function fetchAll(cache, wanted) {
  let whole = true;
  for (const { url, fragment } of wanted) {
    const request = new Request(url, fragment ? { headers: { "HX-Request": "true" } } : {});
    const fresh = await fetch(request);
    if (worthKeeping(fresh)) await cache.put(keyOf(request), fresh);
    else whole = false;
  }
  return whole;
}
addEventListener("message", (event) => event.data.keep && event.waitUntil(keep(event).catch(() => {})));
