import type { Context } from "../api/method.ts";
import { SlackError } from "../api/method.ts";
import { contentOf, pushView } from "../api/views.ts";
import { isEmpty, isJson, list, placedElements, textOf } from "../checks/elements.ts";
import type { StandIn } from "../stand-in.ts";
import type { BotAnswer, Json, StandInView } from "../types.ts";
import { actor } from "./commands.ts";
import { notSent } from "./deliver.ts";
import { connectionTrouble, offer, setValue } from "./interactivity.ts";
import { origin, stateObject, viewObject } from "./payloads.ts";

function topView(standIn: StandIn, userId: string): StandInView {
  const view = standIn.workspace.views.top(userId);
  if (view === undefined) throw new Error(`${userId} has no modal open`);
  return view;
}

/** Checks what Slack's client checks before it sends anything: required inputs and lengths. */
function clientErrors(view: StandInView): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { block, element, blockId, actionId, inInput } of placedElements(view.blocks)) {
    if (!inInput) continue;
    const state = view.values[blockId]?.[actionId];
    if (isEmpty(state)) {
      if (block.optional !== true) errors[blockId] = "Please complete this required field.";
      continue;
    }
    const length = textOf(state?.value).length;
    const { min_length: minLength, max_length: maxLength } = element;
    if (typeof minLength === "number" && length < minLength)
      errors[blockId] = `Please enter at least ${minLength} characters.`;
    if (typeof maxLength === "number" && length > maxLength)
      errors[blockId] = `Please enter at most ${maxLength} characters.`;
  }
  return errors;
}

/**
 * Fills the top modal, presses Submit, and applies the bot's response. Sends nothing ("input_invalid") while
 * a required input is empty. Source: https://docs.slack.dev/surfaces/modals#close_current_view
 */
export async function submit(
  standIn: StandIn,
  userId: string,
  values: Record<string, string | string[]> = {},
): Promise<BotAnswer> {
  const { workspace, grants } = standIn;
  const view = topView(standIn, userId);
  for (const [actionId, value] of Object.entries(values)) {
    await offer(standIn, userId, view, { actionId }, value);
    setValue(standIn, view, { actionId }, value);
  }
  if (view.submit === null) throw new Error(`the modal ${view.callbackId} has no Submit`);
  delete view.problem;
  view.errors = clientErrors(view);
  workspace.views.changed(view);
  if (Object.keys(view.errors).length > 0) return notSent("input_invalid");
  const answer = await standIn.deliver.interaction({
    type: "view_submission",
    ...origin(workspace, actor(standIn, userId)),
    trigger_id: grants.trigger(userId, view.id),
    view: {
      ...viewObject(workspace, view, stateObject(view.values, standIn.faults.sentState)),
      app_installed_team_id: workspace.team.id,
    },
    response_urls: [],
  });
  if (answer.error !== undefined) fail(standIn, view);
  else apply(standIn, view, answer.body);
  return answer;
}

function fail({ workspace }: StandIn, view: StandInView): void {
  view.problem = connectionTrouble;
  workspace.views.changed(view);
}

/** Applies the bot's response to a submission. */
function apply(standIn: StandIn, view: StandInView, body: unknown) {
  const { views } = standIn.workspace;
  const answer = isJson(body) ? body : {};
  const reportViolation = (rule: "responseAction" | "answerFormat", message: string) => {
    standIn.workspace.violate("view_submission", rule, message);
    fail(standIn, view);
  };
  if (typeof body === "string" && body !== "")
    return reportViolation("answerFormat", "the answer is neither empty nor JSON");
  switch (answer.response_action) {
    case undefined:
      if (Object.keys(answer).length > 0)
        return reportViolation("responseAction", "an answer without response_action");
      return views.close(view);
    case "clear":
      return views.closeAll(view.userId);
    case "errors":
      return showErrors(standIn, view, answer.errors);
    case "update":
    case "push":
      return showView(standIn, view, answer);
    default:
      return reportViolation("responseAction", `no response_action ${String(answer.response_action)}`);
  }
}

function showView(standIn: StandIn, view: StandInView, answer: Json): void {
  const { views } = standIn.workspace;
  const context: Context = { ...standIn, publicUrl: "", method: "view_submission", args: {} };
  try {
    const isUpdate = answer.response_action === "update";
    const content = contentOf(context, answer.view, "modal", isUpdate ? view : undefined);
    if (isUpdate) views.replace(view, content);
    else pushView(context, view.userId, content, false);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    fail(standIn, view);
  }
}

/**
 * Field errors by the block_id of an input. Source: https://docs.slack.dev/surfaces/modals#displaying_errors
 */
function showErrors(standIn: StandIn, view: StandInView, errors: unknown) {
  const { workspace } = standIn;
  const inputs = list(view.blocks)
    .filter((block) => block.type === "input")
    .map((block) => textOf(block.block_id));
  const given = isJson(errors) ? Object.entries(errors) : [];
  const unknown = given.filter(
    ([key, text]) => !inputs.includes(key) || typeof text !== "string" || text === "",
  );
  for (const [key] of unknown)
    workspace.violate(
      "view_submission",
      "fieldErrorKey",
      `error for "${key}", which is not an input: ${inputs.join(", ")}`,
    );
  if (given.length === 0) workspace.violate("view_submission", "fieldErrorKey", "errors without any field");
  if (unknown.length > 0 || given.length === 0) return fail(standIn, view);
  view.errors = Object.fromEntries(given.map(([key, text]) => [key, String(text)]));
  workspace.views.changed(view);
}

/**
 * Presses Cancel, which closes the top modal, or ×, which closes all of them. Source:
 * https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
 */
export async function closeView(
  standIn: StandIn,
  userId: string,
  button: "cancel" | "×" = "cancel",
): Promise<void> {
  const { workspace } = standIn;
  const { views } = workspace;
  const top = topView(standIn, userId);
  const isCleared = top.clearOnClose || (button === "×" && views.stack(userId).length > 1);
  const closed = isCleared ? views.stack(userId).toReversed() : [top];
  if (isCleared) views.closeAll(userId);
  else views.close(top);
  for (const view of closed) await tellClosed(standIn, view, isCleared);
}

async function tellClosed(standIn: StandIn, view: StandInView, isCleared: boolean): Promise<void> {
  const { workspace } = standIn;
  if (!view.notifyOnClose) return;
  await standIn.deliver.interaction({
    type: "view_closed",
    ...origin(workspace, actor(standIn, view.userId)),
    view: viewObject(workspace, view),
    is_cleared: isCleared,
  });
}
