import type { App } from "@slack/bolt";
import type { KnownBlock, ModalView } from "@slack/types";
import { timedOut, withTimeout } from "../../lib/timeout.ts";
import { noticeModal } from "../blocks/notice-modal.ts";
import type { SlackDeps } from "./deps.ts";
import { faultWords, reportFault } from "./faults.ts";
import type { Reply } from "./reply.ts";
import { runAsMember, runInTime } from "./run.ts";

/** One use of a slash command. */
export type Command = {
  organizationId: string;
  userId: string;
  triggerId: string;
  /** What was typed after the command, as Slack sends it. */
  text: string;
};

/** A message that only the person sees. The text is mrkdwn, with user text escaped. */
export type Ephemeral = { text: string; blocks?: KnownBlock[] };

/** A private message, or a modal. The modal is opened before the acknowledgement, which can then tell a failure. */
export type CommandReply = Reply<Ephemeral | { modal: ModalView }>;

type CommandOptions = {
  name: string;
  work: (command: Command) => Promise<CommandReply>;
  /** The answer to `help`, which needs no database. */
  help?: Ephemeral;
  /** Opened if the work takes longer than a second. The modal of the reply then replaces it. */
  loading?: ModalView;
};

/** When the loading modal opens, in milliseconds: a trigger is valid for three seconds. */
const loadingAfterMs = 1_000;

const notOpened: Ephemeral = { text: "Slack did not open the dialog. Nothing was changed, try again." };

/** Listens to a slash command. A person whose command failed is told so privately. */
export function onCommand(app: App, deps: SlackDeps, options: CommandOptions): void {
  app.command(options.name, async ({ ack, body, context }) => {
    const { answer, followUp } = await carryOut(deps, options, {
      organizationId: context.teamId ?? "",
      userId: body.user_id,
      triggerId: body.trigger_id,
      text: body.text,
    });
    await (answer === undefined ? ack() : ack({ response_type: "ephemeral", ...answer }));
    await followUp?.().catch((error) =>
      deps.log.warn({ err: error, command: options.name }, "The answer to a command was not shown"),
    );
  });
}

/** Never rejects. */
async function carryOut(
  deps: SlackDeps,
  options: CommandOptions,
  command: Command,
): Promise<Reply<Ephemeral>> {
  const { name, work, help, loading } = options;
  if (help !== undefined && /^help$/i.test(command.text.trim())) return { answer: help };
  try {
    if (loading !== undefined) return await carryOutWithLoading(deps, { ...options, loading }, command);
    return await runInTime(deps, command, async () => openModal(deps, command, await work(command)));
  } catch (error) {
    reportFault(deps, error, { command: name }, "A command failed");
    return { answer: { text: faultWords(error) } };
  }
}

async function carryOutWithLoading(
  deps: SlackDeps,
  { name, work, loading }: CommandOptions & { loading: ModalView },
  command: Command,
): Promise<Reply<Ephemeral>> {
  const working = runAsMember(deps, command, () => work(command));
  const reply = await withTimeout(working, loadingAfterMs);
  if (reply !== timedOut) return openModal(deps, command, reply);
  const viewId = await open(deps, command, loading);
  if (viewId === undefined) return { answer: notOpened };
  const replaceLoading = async () => {
    const view = await working.then(modalOf, (error) => {
      reportFault(deps, error, { command: name }, "A command failed");
      return noticeModal(faultWords(error));
    });
    await deps.viewsFor(command.organizationId).update(viewId, undefined, view);
  };
  return { followUp: replaceLoading };
}

function modalOf({ answer }: CommandReply): ModalView {
  if (answer !== undefined && "modal" in answer) return answer.modal;
  return noticeModal(answer?.text ?? "");
}

/** Opens the modal of a reply, if it has one, and returns what is left to tell. */
async function openModal(
  deps: SlackDeps,
  command: Command,
  { answer, followUp }: CommandReply,
): Promise<Reply<Ephemeral>> {
  if (answer === undefined || !("modal" in answer)) return { answer, followUp };
  const viewId = await open(deps, command, answer.modal);
  return viewId === undefined ? { answer: notOpened } : { followUp };
}

/** Returns the view's id, or undefined if Slack did not open it. */
async function open(deps: SlackDeps, command: Command, modal: ModalView): Promise<string | undefined> {
  try {
    return await deps.viewsFor(command.organizationId).open(command.triggerId, modal);
  } catch (error) {
    deps.log.warn({ err: error }, "Slack did not open a modal");
    return undefined;
  }
}
