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
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
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
    const at = all.indexOf(active());
    select(all[(at + step + all.length) % all.length]);
  };

  input.addEventListener("keydown", (event) => {
    if (!isOpen()) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if ((event.key === "Enter" || event.key === "Tab") && active() !== null) picked(active());
    else if (event.key === "Escape") open(false);
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  });
  // Runs before the input loses the focus.
  box.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest('[role="option"]');
    if (option !== null) picked(option);
  });

  return {
    isOpen,
    open,
    select,
    options,
    hide: () => open(false),
    onPick(listener) {
      picked = (option) => listener({ ...option.dataset });
    },
    say(words) {
      const line = document.createElement("p");
      line.textContent = words;
      box.replaceChildren(line);
      open(true);
    },
    show(rows) {
      box.replaceChildren(...rows.map((row, index) => drawRow(row, `${box.id}.${index}`)));
      open(true);
      select(options()[0]);
    },
  };
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
