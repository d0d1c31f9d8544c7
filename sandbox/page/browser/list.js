/**
 * The list of a combobox: arrow keys move, Enter and a click select, Escape closes. The input keeps the
 * focus.
 */
export function makeList(input, box) {
  let picked = () => {};
  const options = () => [...box.querySelectorAll('[role="option"]:not([hidden])')];
  const active = () => box.querySelector('[aria-selected="true"]');
  const isOpen = () => !box.hidden;

  const select = (option) => {
    active()?.setAttribute("aria-selected", "false");
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const open = (isShown) => {
    box.hidden = !isShown;
    input.setAttribute("aria-expanded", String(isShown));
    if (isShown) box.scrollIntoView({ block: "nearest" });
    if (!isShown) select(undefined);
  };
  const move = (step) => {
    const all = options();
    if (all.length === 0) return;
    const index = all.indexOf(active());
    select(all[(index + step + all.length) % all.length]);
  };

  const pickActive = () => {
    if (active() === null) return false;
    picked(active());
    return true;
  };
  handleKeys(input, isOpen, {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: pickActive,
    Tab: pickActive,
    Escape: () => open(false),
  });
  handlePress(box, (option) => picked(option));

  return {
    isOpen,
    open,
    select,
    options,
    hide: () => open(false),
    onPick(listener) {
      picked = (option) => listener({ ...option.dataset });
    },
    say(text) {
      box.replaceChildren(drawLine(text));
      open(true);
    },
    show(rows) {
      box.replaceChildren(...rows.map((row, index) => drawRow(row, `${box.id}.${index}`)));
      open(true);
      select(options()[0]);
    },
  };
}

/** Runs the handler of a key while the list is open. A handler that returns false leaves the key to the browser. */
function handleKeys(input, isOpen, handlers) {
  input.addEventListener("keydown", (event) => {
    if (!isOpen() || !Object.hasOwn(handlers, event.key) || handlers[event.key]() === false) return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  });
}

/** Picks the pressed option. Mousedown comes before the input loses the focus, so the input keeps it. */
function handlePress(box, pick) {
  box.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest('[role="option"]');
    if (option !== null) pick(option);
  });
}

function drawLine(text) {
  const line = document.createElement("p");
  line.textContent = text;
  return line;
}

function drawRow({ value, label, note }, id) {
  const row = document.createElement("div");
  row.id = id;
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", "false");
  row.dataset.value = value;
  row.dataset.label = label;
  row.textContent = label;
  if (note !== undefined) {
    const small = document.createElement("small");
    small.textContent = note;
    row.append(small);
  }
  return row;
}
