import { onDraw, refresh } from "./live.js";
import { lastPressed, whilePending } from "./pending.js";
import { postInTurn } from "./server.js";

const typingPauseMs = 200;
const focusable = "[autofocus], .modal-body :is(input, textarea, select, button, summary)";
/** The views whose inputs this file handles: the top modal and the App Home. */
const region = ":is(dialog.modal, .app-home)";
let cameFrom;
let typing;

const current = () => document.querySelector("#view > dialog");

/** Opens the top modal over the page when the server has one, and keeps the keyboard inside it. */
export function startModal() {
  show();
  onDraw((part) => {
    if (part !== "view") return undefined;
    const before = current()?.id;
    // A disabled button has lost the keyboard focus.
    if (before === undefined)
      cameFrom = document.activeElement === document.body ? lastPressed() : document.activeElement;
    return () => after(before);
  });
  document.addEventListener(
    "cancel",
    (event) => {
      if (!event.target.matches?.("dialog.modal")) return;
      event.preventDefault();
      void close(false);
    },
    true,
  );
  document.addEventListener("click", ({ target }) => {
    const act = target.closest("dialog.modal [data-act]")?.dataset.act;
    if (act === "close" || act === "dismiss") void close(act === "dismiss");
  });
  document.addEventListener("input", ({ target }) => {
    const input = target.closest(`${region} [data-act="type"]`);
    if (input !== null) type(input);
  });
  document.addEventListener("change", ({ target }) => {
    const control = target.closest(`${region} :is([data-act="choose"], [data-act="choose-many"])`);
    if (control !== null) choose(control);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.form !== "view") return;
    event.preventDefault();
    void submit(event.target);
  });
}

function show() {
  const dialog = current();
  if (dialog === null || dialog.open) return;
  dialog.showModal();
  // Start at the top, wherever the first field is.
  (dialog.querySelector(focusable) ?? dialog.querySelector("h2")).focus({ preventScroll: true });
  dialog.querySelector(".modal-body")?.scrollTo(0, 0);
}

/** After a redraw, moves the focus to a new modal, to its first error, or back to where it was. */
function after(before) {
  const dialog = current();
  if (dialog === null) {
    if (before === undefined) return;
    const back = cameFrom?.isConnected ? cameFrom : document.getElementById(cameFrom?.id || "composer");
    (back ?? document.getElementById("composer"))?.focus({ preventScroll: true });
    return;
  }
  show();
  if (dialog.id === before && !dialog.contains(document.activeElement)) dialog.querySelector("h2").focus();
}

/** Sends typed text to the server after a pause, and always before a submission. */
function type(input) {
  if (typing !== undefined && typing.input !== input) settle();
  clearTimeout(typing?.timer);
  typing = { input, timer: setTimeout(settle, typingPauseMs) };
}

function settle() {
  if (typing === undefined) return;
  clearTimeout(typing.timer);
  const { input } = typing;
  typing = undefined;
  if (input.isConnected) void postInTurn("fill", typedIn(input));
}

const typedIn = ({ dataset: { actionId, blockId }, value }) => ({ actionId, blockId, value });

function choose(control) {
  settle();
  const isBox = control.matches(".boxes");
  const checked = isBox ? [...control.querySelectorAll("input:checked")].map((box) => box.value) : [];
  const one = isBox ? (checked[0] ?? "") : control.value;
  const value = control.dataset.act === "choose-many" ? checked : one;
  const { actionId, blockId } = control.dataset;
  const send = async () => {
    const answer = await postInTurn("choose", { actionId, blockId, value });
    await refresh("view", "home");
    return answer;
  };
  // A modal shows progress on its button. A Home shows it at the control, along with a missing response.
  void (control.closest(".app-home") ? whilePending(control, send) : send());
}

async function submit(form) {
  clearTimeout(typing?.timer);
  typing = undefined;
  const { view } = form.closest("dialog").dataset;
  const inputs = [...form.querySelectorAll('[data-act="type"]')];
  await whilePending(document.getElementById(`v-${view}-submit`), async () => {
    const answer = await postInTurn("submit", { view, typed: inputs.map(typedIn) });
    await refresh("view", "conversation", "home");
    return answer;
  });
  if (current()?.dataset.view === view)
    current()
      .querySelector(
        "input[aria-invalid], textarea[aria-invalid], select[aria-invalid], [aria-invalid] input",
      )
      ?.focus();
}

async function close(all) {
  settle();
  const view = current()?.dataset.view;
  if (view === undefined) return;
  await postInTurn("close", { view, all });
  await refresh("view");
}
