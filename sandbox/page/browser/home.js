import { refresh } from "./live.js";
import { post } from "./server.js";

/** Tells the app that its Home or Messages tab was opened, as Slack does. */
export async function startHome() {
  const { tab } = document.body.dataset;
  if (tab === undefined) return;
  const answer = await post("open", { tab });
  const problem = document.querySelector(".home-problem");
  if (problem === null) return;
  problem.hidden = answer.ok !== false;
  problem.textContent = answer.ok === false ? `The app did not answer: ${answer.error}` : "";
  await refresh("home");
}
