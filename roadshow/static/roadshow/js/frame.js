// In a frame on somebody else's page: tells that page how high this is, and keeps what comes next up to date.
const sendHeight = () => parent.postMessage({ roadshow: "height", height: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
new ResizeObserver(sendHeight).observe(document.body);

async function updateNext(next) {
  const response = await fetch(location.href);
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  next.replaceChildren(...page.querySelector("[data-next]").childNodes);
  document.dispatchEvent(new Event("roadshow:shown"));
}
const next = document.querySelector("[data-next]");
if (next) setInterval(() => updateNext(next).catch(() => {}), 60_000); // without a network it stays as it is
