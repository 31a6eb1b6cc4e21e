// Keeps an event on the device, and says what changed in it since the last visit.
const box = document.querySelector("[data-offline]");
const { event, base, release } = box?.dataset ?? {};

async function tellNews() {
  if (!box.querySelector("[data-news]")) return; // nobody stands before a display and reads it
  const key = `seen:${event}`;
  const seen = Number(localStorage.getItem(key));
  localStorage.setItem(key, release);
  if (!seen || seen >= Number(release)) return;
  const answer = await fetch(`${base}changes/since/${seen}/`, { headers: { "HX-Request": "true" } });
  if (answer.ok) box.querySelector("[data-news]").innerHTML = await answer.text();
}

async function keepEvent() {
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  const { active } = await navigator.serviceWorker.ready;
  const parts = [...document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon]")];
  const days = [...document.querySelectorAll(".days a, .plan__bar .switch a")].map((link) => link.href);
  const pages = ["schedule/", "schedule/?day=all", "my/", "now/", "talks/", "programme/"].map((path) => base + path);
  const urls = [location.href, ...parts.map((part) => part.src || part.href), ...days, ...pages, box.dataset.mine];
  const keep = [...new Set(urls)].map((url) => ({ url: new URL(url, location.href).href }));
  keep.push({ url: new URL(`${base}schedule/?day=all`, location.href).href, fragment: true });
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    const told = box.querySelector("[data-kept]");
    if (data.kept && told) told.hidden = false;
  });
  active.postMessage({ keep, event: base, version: `${release} ${urls.join(" ")}` });
}

if (release) {
  tellNews().catch(() => {});
  if ("serviceWorker" in navigator) keepEvent().catch(() => {});
}
