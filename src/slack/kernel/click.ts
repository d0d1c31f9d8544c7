import type { App, BlockAction } from "@slack/bolt";
import type { Shown } from "../../domain/requests/shown.ts";
import type { CallWatch } from "../../metrics/metrics.ts";
import { noticeHome, noticeModal, withNotice } from "../blocks/notice-modal.ts";
import { escaped } from "../words/text.ts";
import { NoAccessError } from "./access.ts";
import { type ClickedCard, followClicked, readButton } from "./clicked-card.ts";
import type { AccessCheck, SlackDeps } from "./deps.ts";
import { faultWords, reportFault } from "./faults.ts";
import {
  elementValues,
  type FormValues,
  formValues,
  readDrawn,
  readElementState,
  readState,
} from "./form-values.ts";
import type { Reply } from "./reply.ts";
import { type ClickArgs, routeClick, watchOf } from "./route.ts";
import { runInTime } from "./run.ts";

/** The view in which somebody clicked. */
export type ClickedView = {
  id: string;
  hash: string;
  type: "modal" | "home";
  callbackId: string;
  metadata: string;
  /** The view below a modal, if any. */
  previousId: string | null;
  /** The view as Slack shows it. */
  drawn: NonNullable<BlockAction["view"]>;
};

/** One click on a button, or a choice in a select or an overflow: in a message, in a modal, or in the App Home. */
export type Click = {
  organizationId: string;
  userId: string;
  triggerId: string;
  /** The value of the button or of the chosen option; empty if there is none. */
  value: string;
  /** What the button says about the request that it shows. */
  shown: Shown;
  /** The message about a request that has the button; null in a view, and on any other message. */
  card: ClickedCard | null;
  /** Null in a message. */
  view: ClickedView | null;
  /**
   * What is chosen and typed around it. A click may come without it: then this is what the view was drawn with, and the
   * choice that was just made.
   */
  form: FormValues;
  watch: CallWatch;
  /** Tells the person privately: an ephemeral message in a channel, a modal in the Home, a modal on top in a modal. */
  tell(words: string): Promise<void>;
};

/** Listeners answer a click in a modal in that modal. For a click in a message or in the Home they open a new one. */
export function isInModal(click: Click): click is Click & { view: ClickedView } {
  return click.view?.type === "modal";
}

type ClickOptions = {
  /** How the person is told that the work failed; by `click.tell` if it is left out. */
  tellFault?: (click: Click, words: string) => Promise<unknown>;
  /** Whether Slack is told before the work, for work that only reads: a select shows that it waits until then. */
  ackFirst?: boolean;
  /** `work` if the work itself refuses whoever is no active full member, and shows them nothing. */
  access?: AccessCheck;
};

/** The work was committed; only the answer, a dialog or words, was not delivered. */
const notShownWords =
  "Slack did not show Signoff's answer. The card shows how the request stands; if a dialog should have opened, try again.";

/**
 * Listens to a button, a select, or an overflow. The work commits, then Slack is told, then the person is answered. A
 * person whose work failed is told so.
 */
export function onClick(
  app: App,
  deps: SlackDeps,
  actionId: string,
  work: (click: Click) => Promise<Reply>,
  { tellFault = (click, words) => click.tell(words), ackFirst = false, access = "here" }: ClickOptions = {},
): void {
  routeClick(app, actionId, async (args) => {
    const click = readClick(deps, args);
    if (ackFirst) await args.ack();
    let followUp: Reply["followUp"];
    let outdated = false;
    try {
      ({ followUp, outdated = false } = await runInTime(deps, click, () => work(click), access));
    } catch (error) {
      reportFault(deps, error, { actionId }, "A click failed");
      const words = faultWords(error);
      followUp = () =>
        error instanceof NoAccessError ? tellNoAccess(deps, click, words) : tellFault(click, words);
    }
    if (!ackFirst) await args.ack();
    const followed = followUp?.().catch((error) => {
      deps.log.warn({ err: error, actionId }, "The answer to a click was not delivered");
      return tellNotShown(deps, click).catch(() => undefined);
    });
    await Promise.all([followed, followClicked(deps, click.organizationId, click.card, outdated)]);
  });
}

/** What a modal or the Home shows is no longer for this person, so the words take its place. */
async function tellNoAccess(deps: SlackDeps, click: Click, words: string): Promise<void> {
  const { view, organizationId, userId } = click;
  if (view === null) return click.tell(words);
  const views = deps.viewsFor(organizationId);
  if (view.type === "modal") return views.update(view.id, undefined, noticeModal(words));
  await views.publish(userId, noticeHome(words), null);
}

/** Tells it in the modal itself, which keeps what was typed; elsewhere by the private answer. */
function tellNotShown(deps: SlackDeps, click: Click): Promise<unknown> {
  if (!isInModal(click)) return click.tell(notShownWords);
  const { view, organizationId } = click;
  return deps.viewsFor(organizationId).update(view.id, undefined, withNotice(view.drawn, notShownWords));
}

function readClick(deps: SlackDeps, args: ClickArgs): Click {
  const { body, context } = args;
  const [action] = body.actions;
  const value = elementValues(readElementState(action))[0] ?? "";
  const { view } = body;
  return {
    organizationId: context.teamId ?? "",
    userId: body.user.id,
    triggerId: body.trigger_id,
    ...readButton(value, body),
    view: view === undefined ? null : readView(view),
    form: formValues(stateAround(body)),
    watch: watchOf(context),
    tell: (words) => tell(deps, args, words),
  };
}

/** Returns the state that came with a click, completed by what was drawn and chosen where it is missing. */
function stateAround({ view, state, actions: [action] }: BlockAction) {
  const sent = readState(view?.state ?? state);
  const drawn = readDrawn(view?.blocks);
  if (action === undefined || action.type === "button") return { ...drawn, ...sent };
  const { block_id: blockId, action_id: actionId } = action;
  const chosen = { ...drawn[blockId], [actionId]: readElementState(action) };
  return { ...drawn, [blockId]: chosen, ...sent };
}

async function tell(deps: SlackDeps, { body, context, respond }: ClickArgs, words: string): Promise<void> {
  const { view, trigger_id: triggerId, response_url } = body;
  if (view !== undefined) {
    const views = deps.viewsFor(context.teamId ?? "");
    const notice = noticeModal(words);
    await (view.type === "home" ? views.open(triggerId, notice) : views.push(triggerId, notice));
  } else if (response_url !== undefined) {
    await respond({ response_type: "ephemeral", replace_original: false, text: escaped(words) });
  }
}

const readView = (view: NonNullable<BlockAction["view"]>): ClickedView => ({
  id: view.id,
  hash: view.hash,
  type: view.type === "home" ? "home" : "modal",
  callbackId: view.callback_id,
  metadata: view.private_metadata ?? "",
  previousId: view.previous_view_id ?? null,
  drawn: view,
});
