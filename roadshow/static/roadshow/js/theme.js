// Loaded before the page is painted: the reader's own choice of light or dark, kept on the device.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage is forbidden here: the system's theme it is.
  }
})();
