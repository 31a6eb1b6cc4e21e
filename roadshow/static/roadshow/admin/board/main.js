/* Starts the board; the page gives the URLs of its modules. */
const root = document.querySelector("#board");
const { Board } = await import(root.dataset.changeModule);
const board = new Board(root);
const parts = await Promise.all(
  ["rooms", "pointer", "keyboard", "choosing"].map((name) => import(root.dataset[`${name}Module`])),
);
for (const part of parts) part.start(board);
for (const element of root.querySelectorAll(".bd-script")) element.hidden = false;
for (const element of root.querySelectorAll(".bd-noscript")) element.hidden = true;
root.dataset.ready = "";
