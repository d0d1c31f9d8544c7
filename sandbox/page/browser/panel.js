import { refresh } from "./live.js";
import { whilePending } from "./pending.js";
import { post } from "./server.js";

/**
 * A panel of the sandbox itself, such as Workspace. `data-panel` on a control names the action, and
 * `data-acts` on the panel is the address to send it to.
 */
export function startPanel() {
  const panel = document.querySelector(".panel");
  if (panel === null) return;
  const { acts, part } = panel.dataset;
  const send = (control, body, shown = control) =>
    whilePending(shown, async () => {
      const answer = await post(`${acts}/${control.dataset.panel}`, body);
      await refresh(part, "sidebar");
      return answer;
    });
  const sendOne = ({ dataset }, value) => ({ id: dataset.id, [dataset.key]: value });
  panel.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-panel]");
    if (button !== null) void send(button, sendOne(button, button.dataset.value ?? ""));
  });
  panel.addEventListener("change", ({ target }) => {
    if (target.matches("select[data-panel]")) void send(target, sendOne(target, target.value));
    const group = target.closest("fieldset[data-panel]");
    if (group === null) return;
    const users = [...group.querySelectorAll("input:checked")].map((box) => box.value);
    void send(group, { id: group.dataset.id, users }, target);
  });
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    void add(event.target);
  });
  const add = (form) =>
    whilePending(form.querySelector("button"), async () => {
      const answer = await post(`${acts}/${form.dataset.panel}`, Object.fromEntries(new FormData(form)));
      if (answer.ok !== false) form.reset();
      await refresh(part, "sidebar");
      return answer;
    });
}
