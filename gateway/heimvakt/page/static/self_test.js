// Begins the self-test and shows it check by check; a question waits for one of two buttons.
import { make, show, steps } from "./steps.js";

const form = document.getElementById("self-test");
const begin = document.getElementById("begin");
const stop = document.getElementById("stop");
const progress = document.getElementById("progress");
const line = document.getElementById("line");
const results = document.getElementById("results");
const asks = document.getElementById("asks");
let aborter = null;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (aborter) return;
  aborter = new AbortController();
  results.replaceChildren();
  document.getElementById("found").hidden = progress.hidden = false;
  progress.value = 0;
  stop.disabled = !(begin.disabled = true);
  stop.focus();
  let said = form.dataset.broken;
  try {
    await steps("/self-test", new URLSearchParams(new FormData(form)), aborter.signal, (step) => {
      if (step.row) add(step.row);
      if (step.of) [progress.max, progress.value, line.textContent] = [step.of, step.number - 1, step.text];
      if (step.asks) question(step);
      if (step.error) said = step.error;
      else if (step.done) [said, progress.value] = [step.text, progress.max];
    });
  } catch (error) {
    if (error.name !== "AbortError") said = `${said} ${error.message}`;
  }
  aborter = null;
  asks.replaceChildren();
  begin.disabled = !(stop.disabled = true);
  begin.focus();
  line.textContent = said;
});
stop.addEventListener("click", () => aborter?.abort());

// What somebody has to do something about stands first; of those the oldest.
function add(result) {
  const named = results.querySelectorAll("tr.named");
  const element = row(result);
  const isNamed = result.sign === "bad" || result.sign === "look";
  element.classList.toggle("named", isNamed);
  if (!isNamed) results.append(element);
  else if (named.length) named[named.length - 1].after(element);
  else results.prepend(element);
}

function row(result) {
  const outcome = make("td");
  const fact = make("span");
  fact.append(make("span", "", "sign"), make("span", "", "text"));
  fact.firstChild.ariaHidden = "true";
  show(fact, result.outcome, result.sign);
  outcome.append(fact);
  const found = make("td", result.found);
  if (result.advice) found.append(make("br"), make("strong", result.advice));
  const element = make("tr");
  const what = make("td", result.part);
  what.append(make("br"), make("span", result.title, "more"));
  element.append(outcome, what, found);
  return element;
}

function question({ asks: text, question: number }) {
  const box = make("div", "", "trouble");
  box.setAttribute("role", "alert");
  box.append(make("p", text));
  for (const [yes, word] of [["1", asks.dataset.yes], ["0", asks.dataset.no]]) {
    const button = make("button", word);
    button.type = "button";
    button.addEventListener("click", () => {
      const body = new URLSearchParams({ question: number, yes });
      fetch("/self-test/answer", { method: "POST", body });
      asks.replaceChildren();
      stop.focus();
    });
    box.append(button, " ");
  }
  asks.replaceChildren(box);
  box.querySelector("button").focus();
}
