import { refresh } from "./live.js";
import { whilePending } from "./pending.js";
import { post } from "./server.js";

/** The Workspace panel: what Slack's administrators do. */
export function startAdmin() {
  const panel = document.querySelector("#workspace");
  if (panel === null) return;
  panel.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-admin]");
    if (button !== null) void send(button, { [button.dataset.key]: button.dataset.value ?? "" });
  });
  panel.addEventListener("change", ({ target }) => {
    if (target.matches("select[data-admin]")) void send(target, { [target.dataset.key]: target.value });
    const group = target.closest("fieldset[data-admin]");
    if (group === null) return;
    const users = [...group.querySelectorAll("input:checked")].map((box) => box.value);
    void send(group, { users }, target);
  });
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    void add(event.target);
  });
}

/** @param control what shows that it waits; default the one that says what to do */
async function send({ dataset }, body, control) {
  const act = dataset.admin;
  const shown =
    control ??
    document.querySelector(`[data-admin="${act}"][data-id="${dataset.id}"][data-key="${dataset.key}"]`);
  await whilePending(shown, async () => {
    const answer = await post(`admin/${act}`, { id: dataset.id, ...body });
    await refresh("workspace", "sidebar");
    return answer;
  });
}

async function add(form) {
  const body = Object.fromEntries(new FormData(form));
  await whilePending(form.querySelector("button"), async () => {
    const answer = await post(`admin/${form.dataset.admin}`, body);
    if (answer.ok !== false) form.reset();
    await refresh("workspace", "sidebar");
    return answer;
  });
}
