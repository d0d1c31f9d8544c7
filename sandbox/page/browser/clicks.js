import { refresh } from "./live.js";
import { whilePending } from "./pending.js";
import { post } from "./server.js";

/** Handles the buttons, menus, and selects in blocks, on every surface. */
export function startClicks() {
  document.addEventListener("click", (event) => {
    const given = event.target.closest("[data-answer]");
    if (given !== null) given.closest("dialog").close(given.dataset.answer);
    const button = event.target.closest('[data-act="click"]');
    if (button !== null) void press(button);
    const shortcut = event.target.closest('[data-act="shortcut"]');
    if (shortcut !== null) void sendShortcut(shortcut);
    for (const menu of document.querySelectorAll("details.overflow[open]")) {
      if (!menu.contains(event.target) || button !== null || shortcut !== null) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details.overflow[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    const select = event.target.closest('select[data-act="choose"]');
    if (select !== null && select.closest("article") !== null && select.value !== "") {
      void whilePending(select, () => send(select, select.value));
    }
  });
}

// Scrolls an opened menu into view.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches?.("details.overflow[open]"))
      target.querySelector(".menu").scrollIntoView({ block: "nearest" });
  },
  true,
);

async function sendShortcut({ dataset }) {
  const { parentNode: menu } = document.getElementById(`shortcut-${dataset.callbackId}`);
  await whilePending(menu.closest("details").querySelector("summary"), () =>
    post("shortcut", { callbackId: dataset.callbackId }),
  );
  await refresh("conversation", "view");
}

async function press(button) {
  if (button.disabled || button.getAttribute("aria-busy") === "true") return;
  const question = document.getElementById(button.dataset.confirm ?? "");
  if (question !== null && !(await isConfirmed(question, button))) return;
  if (button.dataset.url) window.open(button.dataset.url, "_blank", "noopener");
  await whilePending(button, () => send(button, button.dataset.value));
}

/** Shows Slack's confirmation dialog. Closing the dialog counts as no. */
function isConfirmed(dialog, button) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        if (button.isConnected) button.focus();
        resolve(dialog.returnValue === "confirm");
      },
      { once: true },
    );
  });
}

async function send(control, value) {
  const { channel, ts, ephemeral } = control.closest("article")?.dataset ?? {};
  const where = ephemeral === undefined ? { channel: ts && channel, ts } : { ephemeral };
  const home = control.closest(".app-home") !== null || undefined;
  const answer = await post("click", {
    ...where,
    home,
    actionId: control.dataset.actionId,
    blockId: control.dataset.blockId,
    value: value || undefined,
  });
  await refresh("conversation", "view", "home");
  return answer;
}
