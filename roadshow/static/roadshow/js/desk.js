// The live desk shows only rooms with the words that are looked for.
const field = document.querySelector("[data-desk-find]");
field?.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/);
  for (const room of document.querySelectorAll("[data-desk-room]")) {
    const text = room.textContent.toLowerCase();
    room.hidden = !words.every((word) => text.includes(word));
  }
});
