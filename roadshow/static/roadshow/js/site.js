// What every page shares: the theme switch.
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
