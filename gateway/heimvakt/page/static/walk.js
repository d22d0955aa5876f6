// One device at a time: the button turns to it, the same button goes on to the next.
import { show, steps } from "./steps.js";

const list = document.getElementById("walk");
const line = document.getElementById("line");
let turned = null;

list.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-device]");
  if (!button) return;
  const again = turned?.button === button;
  turned?.stop();
  if (!again) turn(button);
});

function turn(button) {
  const aborter = new AbortController();
  const words = [...button.childNodes].map((node) => node.cloneNode(true));
  const device = button.dataset.device;
  const result = document.querySelector(`[data-result="${CSS.escape(device)}"]`);
  const mine = { button, stop };
  function stop() {
    if (turned !== mine) return;
    turned = null;
    aborter.abort();
    button.replaceChildren(...words);
  }
  turned = mine;
  button.firstChild.textContent = `${list.dataset.stop} `;
  const form = new URLSearchParams({ device });
  steps("/walk/try", form, aborter.signal, (step) => {
    if (step.error) tell(step.error, "bad");
    else if (step.text) tell(step.text, step.sign, step.aside);
  }).catch((error) => {
    if (error.name !== "AbortError") tell(String(error.message), "bad");
  }).finally(stop);

  function tell(text, sign, aside) {
    if (!aside) show(result, text, sign);
    line.textContent = `${device}: ${text}`;
  }
}
