// Keeps the first page as it is now: facts by their key, open alarms, and a line for what happens.
import { make, show } from "./steps.js";

const LINES_MAX = 200;
const list = document.getElementById("happens");
const open = document.getElementById("open");
const line = document.getElementById("line");
const pause = document.getElementById("pause");
const words = list.dataset;
const held = [];
let paused = false;

pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? words.goOn : words.pause;
  pause.setAttribute("aria-pressed", String(paused));
  if (!paused) held.splice(0).forEach(add);
});

function add(told) {
  const item = make("li");
  item.dataset.seq = told.seq;
  item.append(make("time", told.at), " ", make("strong", told.device), ` ${told.what} `);
  item.append(make("span", told.values, "more"));
  list.prepend(item);
  told.alarms.forEach((alarm) => list.prepend(alarmItem(alarm, "alarm")));
  while (list.children.length > LINES_MAX) list.lastElementChild.remove();
}

function alarmItem(alarm, className) {
  const item = make("li", "", className);
  const link = make("a", alarm.text);
  link.href = `/alarms/${alarm.id}`;
  const test = alarm.test ? `, ${words.test}` : "";
  item.append(make("span", alarm.says, `priority ${alarm.priority}`), " ", link);
  item.append(make("span", ` ${alarm.state}${test}, ${alarm.at}`, "more"));
  return item;
}

function setOpen(alarms) {
  const told = JSON.stringify(alarms);
  if (open.dataset.told === told) return; // said once is enough for those who hear it
  open.dataset.told = told;
  const focused = open.contains(document.activeElement) && document.activeElement.href;
  open.replaceChildren(...alarms.map((alarm) => alarmItem(alarm, "")));
  document.getElementById("none").hidden = alarms.length > 0;
  if (focused) [...open.querySelectorAll("a")].find((a) => a.href === focused)?.focus();
}

const source = new EventSource("/live");
const on = (name, take) => source.addEventListener(name, (event) => take(JSON.parse(event.data)));
on("happened", (told) => {
  if (!paused) add(told);
  else if (held.push(told) > LINES_MAX) held.shift();
});
on("look", ({ facts, alarms }) => {
  say("");
  for (const [key, fact] of Object.entries(facts)) {
    const element = document.querySelector(`[data-fact="${CSS.escape(key)}"]`);
    if (element) show(element, fact.text, fact.sign, words);
  }
  setOpen(alarms);
});
on("missed", ({ count }) => list.prepend(make("li", `${count} ${words.missed}`)));
on("gone", () => say(words.gone));
on("over", () => { source.close(); say(words.over); });
source.addEventListener("error", () => {
  if (source.readyState === EventSource.CLOSED) say(words.over);
  else say(words.gone);
});
source.addEventListener("open", () => list.replaceChildren());

function say(text) {
  if (line.textContent !== text) line.textContent = text;
  line.className = text ? "trouble" : "";
}
