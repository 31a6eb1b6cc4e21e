// A menu of the hours that a list shows: it goes to the one that is chosen.
import { unfold } from "./today.js";

const menu = document.querySelector("[data-jump]");
const listTimes = () => [...document.querySelectorAll("[data-results] .hour__time time")];

function offerHours() {
  const times = listTimes();
  const fresh = [...new Map(times.map((time) => [`${time.dateTime.slice(0, 13)}`, time])).values()];
  menu.closest("label").hidden = fresh.length < 4;
  if (menu.length === fresh.length + 1) return;
  const several = new Set(fresh.map((time) => time.dateTime.slice(0, 10))).size > 1;
  const text = (time) => (several ? `${time.dateTime.slice(8, 10)}. ${time.textContent}` : time.textContent);
  menu.replaceChildren(menu.options[0], ...fresh.map((time) => new Option(text(time), time.dateTime)));
}

function jump(value) {
  const time = listTimes().find(({ dateTime }) => dateTime === value);
  const hour = time?.closest(".hour");
  if (hour?.matches(".day:not(.day--unfolded) .hour--past")) unfold(hour.closest(".day"));
  hour?.scrollIntoView({ block: "start" });
  hour?.querySelector("a")?.focus({ preventScroll: true });
}

if (menu) {
  menu.addEventListener("change", () => {
    jump(menu.value);
    menu.selectedIndex = 0;
  });
  document.addEventListener("roadshow:shown", offerHours);
  offerHours();
}
