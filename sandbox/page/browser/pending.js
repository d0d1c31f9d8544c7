const pending = new Set();
const warnings = new Map();
let last;

/** The control that was pressed last, if it is still there. */
export const lastPressed = () => document.getElementById(last);

/** Draws again what the server does not know of: controls that wait for an answer, and warnings beside them. */
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

/** Shows a control as waiting until the work is done; a second press does nothing meanwhile. */
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
      // The browser takes the keyboard from what is disabled.
      if (hadFocus && document.activeElement === document.body) now.focus({ preventScroll: true });
    }
  }
  if (answer?.ok === false) {
    warnings.set(id, answer.error);
    redrawPending();
  }
}

/** The sign that Slack puts beside a control to which the app did not answer. */
function warn(control, words) {
  if (document.getElementById(`${control.id}.warning`) !== null) return;
  const sign = document.createElement("span");
  sign.id = `${control.id}.warning`;
  sign.className = "warning";
  sign.setAttribute("role", "alert");
  sign.textContent = `⚠ ${words}`;
  (control.closest(".control") ?? control).after(sign);
}
