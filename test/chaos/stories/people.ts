import type { BotAnswer, StandInMessage, StandInView } from "../../../sandbox/slack/index.ts";
import { ids } from "../../../src/slack/kernel/ids.ts";
import { clickOf, submissionOf } from "../faults/balancer.ts";
import { lookFor, pause } from "../run/wait.ts";
import type { ChaosWorld } from "../run/world.ts";

/** What somebody did, and the response that Slack got. */
export type Act = {
  userId: string;
  what: "request" | "approve" | "reject" | "promote" | "confirm" | "cancel";
  /** The request's number; 0 for the act that makes the request. */
  number: number;
  /** The text that was typed, by which the request is found later. */
  typed: string;
  at: number;
  answeredAt: number;
  /** `taken`: an empty 200. `told`: a 200 with a view or errors. `lost`: anything else; the act may have happened. */
  answer: "taken" | "told" | "lost";
  /** The answer to a submission. */
  said: string;
  /** The balancer's name for it. */
  delivery: string;
};

/** Finds cards, presses buttons, and fills in modals as people do: one thing at a time, and again after an error. */
export class People {
  readonly acts: Act[] = [];
  readonly #world: ChaosWorld;
  readonly #busy = new Map<string, Promise<unknown>>();
  readonly #ids: Map<string, string>;

  constructor(world: ChaosWorld) {
    this.#world = world;
    this.#ids = new Map(world.slack.workspace.people.map(({ name, id }) => [name, id]));
  }

  id(name: string): string {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`Nobody is called ${name}`);
    return id;
  }

  /** Returns whether somebody is deactivated, so that Slack lets them do nothing. */
  isGone(userId: string): boolean {
    return this.#world.slack.workspace.person(userId)?.deleted === true;
  }

  /** Fills in modals one after the other, since a person sees one at a time. */
  alone<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(userId) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#busy.set(
      userId,
      mine.catch(() => undefined),
    );
    return mine;
  }

  /** Returns the person's card of this request once it has the button; does not wait once `isOver`. */
  async card(
    userId: string,
    number: number,
    actionId: string,
    isOver: () => Promise<boolean>,
  ): Promise<StandInMessage | undefined> {
    for (let waited = 0; waited < 40; waited++) {
      const card = await lookFor(() => this.cardNow(userId, number, actionId), 1_000, 50);
      if (card !== undefined || (await isOver())) return card;
    }
    return undefined;
  }

  /** Returns their own card, or the one in the channel if theirs has no such button. */
  cardNow(userId: string, number: number, actionId?: string): StandInMessage | undefined {
    const { slack, channel } = this.#world;
    const shows = (message: StandInMessage) =>
      numberOn(message) === number && (actionId === undefined || has(message, actionId));
    const own = slack.messagesFor(userId).findLast(shows);
    if (own !== undefined || !channel.members.includes(userId)) return own;
    return slack.workspace.messagesIn(channel.id).findLast(shows);
  }

  /** Presses a button of a card, and again after an error while the button is there. */
  async press(
    userId: string,
    number: number,
    what: "approve" | "promote",
    actionId: string,
    tries = 4,
  ): Promise<Act | undefined> {
    let act: Act | undefined;
    for (let turn = 1; turn <= tries; turn++) {
      const card = this.cardNow(userId, number, actionId);
      if (card === undefined || this.isGone(userId)) return act;
      act = await this.#click(userId, number, what, actionId, card);
      if (act.answer !== "lost" && !this.#toldToTryAgain(act)) return act;
      await pause(400);
    }
    return act;
  }

  async #click(
    userId: string,
    number: number,
    what: Act["what"],
    actionId: string,
    card: StandInMessage,
  ): Promise<Act> {
    const at = Date.now();
    const answer = await this.#world.slack.click(userId, card, { actionId });
    return this.#record(
      { userId, what, number, typed: "", at, delivery: clickOf(userId, actionId, String(number)) },
      answer,
    );
  }

  /** Opens a modal with a button, fills it in, and submits; starts over after an error. Call it in `alone`. */
  async through(
    userId: string,
    number: number,
    what: "reject" | "cancel",
    values: Record<string, string>,
  ): Promise<Act | undefined> {
    const actionId = what === "reject" ? ids.action.reject : ids.action.cancel;
    const callbackId = what === "reject" ? ids.view.reject : ids.view.cancel;
    let act: Act | undefined;
    for (let turn = 1; turn <= 4; turn++) {
      const card = this.cardNow(userId, number, actionId);
      if (card === undefined || this.isGone(userId)) return act;
      this.closeAll(userId);
      await this.#world.slack.click(userId, card, { actionId });
      const view = await lookFor(() => this.#open(userId, callbackId, number), 4_000);
      if (view === undefined || this.isGone(userId)) continue;
      act = await this.submit(userId, view, what, number, values);
      if (act.answer === "taken" || (act.answer === "told" && !/try again/i.test(act.said))) return act;
      await pause(400);
    }
    return act;
  }

  /** Confirms the changes if Promote asked for it. Call it in `alone`. */
  async confirm(userId: string, number: number): Promise<Act | undefined> {
    const view = await lookFor(() => this.#open(userId, ids.view.confirm, number), 2_000);
    return view && !this.isGone(userId) ? this.submit(userId, view, "confirm", number, {}) : undefined;
  }

  #open(userId: string, callbackId: string, number: number): StandInView | undefined {
    const view = this.#world.slack.topView(userId);
    if (view?.callbackId !== callbackId) return undefined;
    const shown = JSON.parse(view.privateMetadata || "{}") as { number?: number };
    return shown.number === number ? view : undefined;
  }

  async submit(
    userId: string,
    view: StandInView,
    what: Act["what"],
    number: number,
    values: Record<string, string>,
  ): Promise<Act> {
    const at = Date.now();
    const delivery = submissionOf(userId, view.callbackId, view.privateMetadata);
    const answer = await this.#world.slack.submit(userId, values);
    const typed = Object.values(values)[0] ?? "";
    return this.#record({ userId, what, number, typed, at, delivery }, answer);
  }

  closeAll(userId: string): void {
    this.#world.slack.workspace.views.closeAll(userId);
  }

  /**
   * Returns what somebody was told privately about a request since `since`. A text that names no request, such as that
   * for a fault, counts only if it came by `until`.
   */
  told(userId: string, number: number, since: number, until: number): string[] {
    const named = new RegExp(`#${number}\\b`);
    return this.#world.slack
      .ephemeralsFor(userId)
      .map(({ ts, from, text }) => ({ at: Number(ts) * 1000, from, text }))
      .filter(({ at, from }) => from === "bot" && at >= since)
      .filter(({ at, text }) => named.test(text) || (!/#\d/.test(text) && at <= until))
      .map(({ text }) => text);
  }

  #toldToTryAgain({ userId, number, at, answeredAt }: Act): boolean {
    return this.told(userId, number, at, answeredAt + 500).some((text) => /try again/i.test(text));
  }

  #record(act: Omit<Act, "answeredAt" | "answer" | "said">, { status, body, error }: BotAnswer): Act {
    const empty = body === "" || body === null;
    const answer = error !== undefined || status !== 200 ? "lost" : empty ? "taken" : "told";
    const said = typeof body === "string" ? body : JSON.stringify(body);
    const done: Act = { ...act, answeredAt: Date.now(), answer, said };
    this.acts.push(done);
    this.#world.figures.add("acts");
    this.#world.figures.add(`acts: ${act.what}`);
    if (answer === "lost") this.#world.figures.add("acts that Slack was not answered");
    return done;
  }
}

/** Returns the number of the request that a card shows; undefined for any other message. */
export function numberOn(message: StandInMessage): number | undefined {
  const [first] = message.blocks;
  if (first?.type !== "header") return undefined;
  const { text } = first.text as { text: string };
  const number = /^#(\d+) /.exec(text)?.[1];
  return number === undefined ? undefined : Number(number);
}

export function has(message: StandInMessage, actionId: string): boolean {
  return message.blocks.some(
    ({ type, elements }) =>
      type === "actions" && (elements as { action_id: string }[]).some((one) => one.action_id === actionId),
  );
}
