// Lists that change without a reload: a form or link inside [data-list] replaces that list only. The server sends the same fragment it renders in the page.
let running;
async function load(list, url, { push = true } = {}) {
  running?.abort();
  running = new AbortController();
  const results = list.querySelector("[data-results]");
  results.classList.add("busy");
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: running.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    results.innerHTML = await answer.text();
    if (push) history.pushState({ list: true }, "", url);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
    return;
  }
  results.classList.remove("busy");
}

function address(form) {
  const url = new URL(form.action || location.href);
  url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== "")).toString();
  return url;
}

for (const list of document.querySelectorAll("[data-list]")) {
  const form = list.querySelector("form[data-filters]");
  let timer;
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    load(list, address(form));
  });
  form?.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => load(list, address(form)), event.target.matches("[type=search], [type=text]") ? 250 : 0);
  });
  list.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-results] .pages a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    await load(list, link.href);
    list.querySelector("[data-results]").scrollIntoView({ block: "start" });
    list.querySelector("[data-results] a")?.focus({ preventScroll: true });
  });
  addEventListener("popstate", () => location.reload());
}
