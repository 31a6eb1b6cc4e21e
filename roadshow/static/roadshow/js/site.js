// What every page shares: the theme switch, and the current one of its tabs in view.
const root = document.documentElement;

const themes = ["", "light", "dark"];
document.querySelector("[data-theme-switch]")?.addEventListener("click", (event) => {
  const next = themes[(themes.indexOf(root.dataset.theme ?? "") + 1) % themes.length];
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  try {
    if (next) localStorage.setItem("theme", next);
    else localStorage.removeItem("theme");
  } catch {
    // Not kept, then: the page works all the same.
  }
  const said = event.currentTarget.querySelector("[data-says]");
  said.textContent = said.dataset[`says${next || "auto"}`];
});

for (const current of document.querySelectorAll(".tabs [aria-current]")) {
  const tabs = current.parentElement;
  const { left, width } = current.getBoundingClientRect();
  tabs.scrollLeft += left + width / 2 - (tabs.getBoundingClientRect().left + tabs.clientWidth / 2);
}
