// Suggestions under a search field, as a combobox with a list. Without this the field is a plain form.
let numbers = 0;

function combobox(input) {
  const list = document.createElement("ul");
  numbers += 1;
  list.id = `suggestions-${numbers}`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.suggestLabel);
  input.after(list);
  input.parentElement.classList.add("suggests");
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]])
    input.setAttribute(name, value);

  let timer, running, active = -1;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(number) {
    const options = list.children;
    options[active]?.setAttribute("aria-selected", "false");
    active = (number + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active].id);
  }

  function show(found) {
    close();
    list.replaceChildren(...found.map(({ kind, title, url }, number) => {
      const option = document.createElement("li");
      const [name, sort] = [document.createElement("bdi"), document.createElement("small")];
      option.id = `${list.id}-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.url = url;
      name.textContent = title;
      sort.textContent = kind;
      option.append(name, sort);
      return option;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function ask() {
    running?.abort();
    running = new AbortController();
    const words = input.value.trim();
    if (!words) return close();
    try {
      const answer = await fetch(`${input.dataset.suggest}?${new URLSearchParams({ q: words })}`, { signal: running.signal });
      if (answer.ok && document.activeElement === input) show((await answer.json()).suggestions);
    } catch {
      close(); // No network, or more was typed: the form still searches.
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") choose(active + 1);
    else if (event.key === "ArrowUp") choose(active < 0 ? -1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) location.assign(list.children[active].dataset.url);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus in the field
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
}

document.querySelectorAll("input[data-suggest]").forEach(combobox);
