// What takes its time: a form is sent, and its answer comes a line at a time. Aborting ends it there.
export async function steps(path, form, signal, take) {
  const response = await fetch(path, { method: "POST", body: form, signal });
  if (!response.ok) throw new Error(await response.text());
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "", ended = false; !ended;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = lines.pop();
    lines.filter(Boolean).forEach((line) => take(JSON.parse(line)));
    ended = done;
  }
}

const SHAPES = { well: "●", look: "▲", bad: "■" };

// An element that shows a fact: its shape, its words, and what the shape means for those who hear.
export function show(element, text, sign, words = {}) {
  const shown = element.querySelector(".text");
  const unseen = element.querySelector(".unseen");
  element.className = `fact ${sign ?? ""}`.trim();
  element.querySelector(".sign").textContent = SHAPES[sign] ?? "";
  if (unseen) unseen.textContent = sign && words[sign] ? `${words[sign]}: ` : "";
  if (shown.textContent !== text) shown.textContent = text;
}

export function make(name, text, className) {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}
