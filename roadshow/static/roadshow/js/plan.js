// A schedule that is narrowed at once, by what the form says; the address follows. Without JavaScript the form is sent.
const plan = document.querySelector("[data-plan]");
const form = plan?.querySelector("form[data-filters]");
const results = plan?.querySelector("[data-results]");
const said = plan?.querySelector("[data-said]");
const facets = ["track", "room", "kind", "level", "language", "topic", "recorded"];
const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

let entries; // of what is shown: the marked element, what is hidden with it, what words are looked for in
function found() {
  entries ??= [...results.querySelectorAll("[data-slot]")].map((element) => {
    const { words = "", topic = "", track = "", room = "" } = element.dataset;
    const own = [...element.querySelectorAll("h3, b, bdi")].map((part) => part.textContent).join(" ");
    return { element, text: fold([own, words, topic, track, room].join(" ")) };
  });
  return entries;
}

function fits({ element, text }, wanted, words) {
  const data = element.dataset;
  return (
    wanted.every(([name, value]) =>
      name === "topic" ? data.topic?.split("|").includes(value) : (data[name] ?? (name === "kind" ? "talk" : "")) === value,
    ) && words.every((word) => text.includes(word))
  );
}

const asked = () => [...new FormData(form)].filter(([, value]) => value.trim() !== "");

function narrow() {
  const wanted = asked().filter(([name]) => facets.includes(name));
  const words = fold(form.elements.q?.value ?? "").split(/\s+/).filter(Boolean);
  let count = 0;
  for (const entry of found()) {
    const is = fits(entry, wanted, words);
    count += is;
    if (entry.element.matches(".cell")) entry.element.classList.toggle("cell--pale", !is);
    else entry.element.hidden = !is;
  }
  for (const hour of results.querySelectorAll(".hour")) hour.hidden = !hour.querySelector(".slot:not([hidden])");
  for (const day of results.querySelectorAll(".day:has(.hours)")) day.hidden = !day.querySelector(".hour:not([hidden])");
  const counted = results.querySelector("[data-count]");
  said.textContent = counted.textContent = counted.dataset.count.replace("%s", count);
}

// The server may have left out what did not fit when the page was made: then the whole is fetched once.
async function complete() {
  const url = new URL(location.href);
  for (const name of ["q", ...facets]) url.searchParams.delete(name);
  if (!url.searchParams.has("day")) url.searchParams.set("day", "all");
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(answer.statusText);
  results.innerHTML = await answer.text();
  entries = undefined;
  document.dispatchEvent(new Event("roadshow:shown"));
}

function follow() {
  const url = new URL(location.href);
  const shown = results.querySelector(".days [aria-current]")?.href;
  const day = shown && new URL(shown).searchParams.get("day");
  for (const name of ["q", ...facets]) url.searchParams.delete(name);
  for (const [name, value] of asked()) url.searchParams.set(name, value);
  if (day) url.searchParams.set("day", day);
  history.replaceState(history.state, "", url);
  for (const link of results.querySelectorAll(".plan__bar a")) {
    const target = new URL(link.href);
    for (const name of ["q", ...facets]) target.searchParams.delete(name);
    for (const [name, value] of asked()) target.searchParams.set(name, value);
    link.href = target;
  }
}

async function change() {
  try {
    if (results.querySelector("[data-narrowed]")) await complete();
  } catch {
    form.submit();
    return;
  }
  narrow();
  follow();
}

// The portal has left out what does not fit; a copy on the device has it all, and a form as it was never filled in.
function followAddress() {
  const wanted = [...new URL(location.href).searchParams].filter(([name]) => form?.elements[name]);
  for (const [name, value] of wanted) form.elements[name].value = value;
  if (wanted.length) change();
}
if (document.querySelector("[data-copy]:not([hidden])")) followAddress();

form?.addEventListener("input", change);
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  change();
});
