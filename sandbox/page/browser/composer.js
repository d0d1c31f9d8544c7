import { makeList } from "./list.js";
import { refresh } from "./live.js";
import { post } from "./server.js";

const { channel } = document.body.dataset;

/** The field for slash commands, which suggests the app's commands. */
export function startComposer() {
  const form = document.querySelector('[data-form="composer"]');
  if (form === null) return;
  const input = form.querySelector("input");
  const hint = form.querySelector(".composer-hint");
  const list = makeList(input, document.getElementById("commands"));
  const suggest = () => {
    hint.textContent = "";
    const typed = input.value;
    const isName = /^\/\S*$/.test(typed);
    for (const row of document.querySelectorAll("#commands [data-command]")) {
      row.hidden = !row.dataset.command.startsWith(typed);
    }
    const rows = list.options();
    const isWhole = rows.some((row) => row.dataset.command === typed);
    list.open(isName && rows.length > 0);
    list.select(isName && !isWhole ? rows[0] : undefined);
  };
  const write = (text) => {
    input.value = text;
    input.focus();
    input.setSelectionRange(text.length, text.length);
  };
  list.onPick(({ command }) => {
    write(`${command} `);
    list.hide();
  });
  input.addEventListener("input", suggest);
  input.addEventListener("blur", list.hide);
  recall(input, list, write);
  document.addEventListener("click", ({ target }) => {
    const words = target.closest("[data-type]")?.dataset.type;
    if (words !== undefined) write(words);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.hide();
    void send(form, input, hint);
  });
  if (document.activeElement === document.body) input.focus();
}

const sent = [];
let running = 0;

/** The up arrow key brings back earlier commands. */
function recall(input, list, write) {
  let at = 0;
  input.addEventListener("keydown", (event) => {
    if (list.isOpen() || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    if (event.key === "ArrowUp" && at === 0 && input.value !== "") return;
    at = Math.min(Math.max(at + (event.key === "ArrowUp" ? 1 : -1), 0), sent.length);
    write(at === 0 ? "" : sent[sent.length - at]);
    event.preventDefault();
  });
  input.form.addEventListener("submit", () => {
    at = 0;
  });
}

async function send(form, input, hint) {
  const text = input.value.trim();
  if (text === "") return;
  if (!text.startsWith("/")) {
    hint.textContent = "This workspace takes slash commands only. Type / to see them.";
    return;
  }
  sent.push(text);
  input.value = "";
  hint.textContent = "";
  const button = form.querySelector("button");
  running += 1;
  button.setAttribute("aria-busy", "true");
  const answer = await post("command", { text, channel });
  await refresh("conversation", "view");
  running -= 1;
  if (running === 0) button.removeAttribute("aria-busy");
  // Slackbot already reports failures of the bot. This message covers a command that never reached the
  // server.
  if (answer.ok === false && answer.tookMs === undefined) hint.textContent = answer.error;
  const scroll = document.querySelector(".scroll");
  scroll.scrollTop = scroll.scrollHeight;
}
