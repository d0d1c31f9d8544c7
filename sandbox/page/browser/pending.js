const pending = new Set();
const warnings = new Map();
let last;

/** The last pressed control, if it is still on the page. */
export const lastPressed = () => document.getElementById(last);

/** Restores what the server does not know after a redraw: busy controls and the warnings next to them. */
export function redrawPending() {
  for (const id of pending) {
    const control = document.getElementById(id);
    if (control === null) continue;
    control.disabled = true;
    control.setAttribute("aria-busy", "true");
  }
  for (const [id, words] of warnings) {
    const control = document.getElementById(id);
    if (control !== null) warn(control, words);
  }
}

/** Shows a control as busy until the work is done, and ignores further presses until then. */
export async function whilePending(control, work) {
  const { id } = control;
  if (pending.has(id)) return;
  const hadFocus = document.activeElement === control;
  last = id;
  pending.add(id);
  warnings.delete(id);
  document.getElementById(`${id}.warning`)?.remove();
  redrawPending();
  let answer;
  try {
    answer = await work();
  } finally {
    pending.delete(id);
    const now = document.getElementById(id);
    if (now !== null) {
      now.disabled = false;
      now.removeAttribute("aria-busy");
      // The browser takes the focus from a disabled control.
      if (hadFocus && document.activeElement === document.body) now.focus({ preventScroll: true });
    }
  }
  if (answer?.ok === false) {
    warnings.set(id, answer.error);
    redrawPending();
  }
}

/** The sign that Slack shows next to a control when the app did not respond. */
function warn(control, words) {
  if (document.getElementById(`${control.id}.warning`) !== null) return;
  const sign = document.createElement("span");
  sign.id = `${control.id}.warning`;
  sign.className = "warning";
  sign.setAttribute("role", "alert");
  sign.textContent = `⚠ ${words}`;
  (control.closest(".control") ?? control).after(sign);
}
