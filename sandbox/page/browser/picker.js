import { makeList } from "./list.js";
import { refresh } from "./live.js";
import { post, postInTurn } from "./server.js";

const typingPauseMs = 150;
const prepared = new WeakSet();

/** Selects that load their options from the bot while a person types. */
export function startPickers() {
  document.addEventListener("focusin", ({ target }) => {
    const input = target.closest?.('.picker input[role="combobox"]');
    if (!input || prepared.has(input)) return;
    prepared.add(input);
    prepare(input);
  });
  document.addEventListener("click", ({ target }) => {
    const drop = target.closest(".chip [data-drop]");
    if (drop === null) return;
    const picker = drop.closest(".picker");
    const input = picker.querySelector("input");
    const rest = (all) => all.filter((value) => value !== drop.dataset.drop);
    void change(picker, rest).then(() => document.getElementById(input.id)?.focus());
  });
}

function prepare(input) {
  const picker = input.closest(".picker");
  const list = makeList(input, document.getElementById(input.getAttribute("aria-controls")));
  const isMany = "many" in picker.dataset;
  let shown = input.value;
  let timer;
  let asked = 0;
  const loadOptions = async () => {
    const typed = input.value === shown ? "" : input.value;
    const minimum = Number(input.dataset.minimum);
    if (typed.length < minimum) {
      list.say(`Type ${minimum} or more characters to search`);
      return;
    }
    asked += 1;
    const mine = asked;
    if (!list.isOpen()) list.say("Searching…");
    const answer = await post("suggest", { ...elementOf(picker), typed });
    // Responses can arrive out of order, and the person may have typed more.
    if (mine !== asked || document.activeElement !== input) return;
    if (answer.ok === false) list.say("The results could not be loaded");
    else if (answer.options.length === 0) list.say("No results");
    else
      list.show(
        answer.options.map(({ value, text, description }) => ({
          value,
          label: text.text,
          note: description?.text,
        })),
      );
  };
  const pick = async ({ value, label }) => {
    clearTimeout(timer);
    asked += 1;
    list.hide();
    shown = isMany ? "" : label;
    input.value = shown;
    const answer = await change(picker, (all) => (isMany ? [...new Set([...all, value])] : value));
    if (answer.ok === false) list.say(answer.error);
  };
  list.onPick((option) => void pick(option));
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void loadOptions(), typingPauseMs);
  });
  input.addEventListener("click", () => void loadOptions());
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !list.isOpen()) void loadOptions();
  });
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    asked += 1;
    list.hide();
    // An empty field clears the selection. An incomplete word restores the previous one.
    if (input.value === "" && shown !== "" && !isMany) {
      shown = "";
      void change(picker, () => "");
    } else input.value = shown;
  });
}

async function change(picker, next) {
  const all = [...picker.querySelectorAll("[data-drop]")].map((drop) => drop.dataset.drop);
  const answer = await postInTurn("choose", { ...elementOf(picker), value: next(all) });
  await refresh("view", "home");
  return answer;
}

const elementOf = ({ dataset: { actionId, blockId } }) => ({ actionId, blockId });
