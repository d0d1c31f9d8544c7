import { and, desc, eq } from "drizzle-orm";
import { requests } from "../../../db/schema/index.ts";
import type { StandInMessage } from "../../../sandbox/slack/index.ts";
import { ids } from "../../../src/slack/kernel/ids.ts";
import type { Random } from "../run/random.ts";
import { lookFor, pause } from "../run/wait.ts";
import type { ChaosWorld } from "../run/world.ts";
import type { Place } from "./catalog.ts";
import type { People } from "./people.ts";
import { messageOf, requestersOf } from "./requesters.ts";
import { mayReview } from "./settings-history.ts";

type Row = typeof requests.$inferSelect;

/** What people do with one request: they make it, review it, cancel it, and promote it. */
export class Moves {
  readonly #world: ChaosWorld;
  readonly #people: People;
  #built = 0;
  #asked = 0;

  constructor(world: ChaosWorld, people: People) {
    this.#world = world;
    this.#people = people;
  }

  async newBuild(place: Place): Promise<void> {
    this.#built += 1;
    await this.#world.build(place, `1.0.${this.#built}`);
  }

  /** Has a pipeline request a promotion for somebody. Returns its number once it exists. */
  async askThroughApi(place: Place, name: string, random: Random): Promise<number | undefined> {
    const { pipeline, figures } = this.#world;
    const requester = this.#people.id(name);
    // A token names nobody else than who may request; its own owner is another person.
    const token = random.pick(pipeline.tokens.filter(({ ownerId }) => ownerId !== requester));
    const message = messageOf(`ask ${++this.#asked}`, token.ownerId);
    const number = await pipeline.ask(place, token, requester, message);
    figures.add(number === undefined ? "requests given up" : "requests");
    return number;
  }

  /** Has the pipeline with the admin's token promote a request. */
  async promoteThroughApi(number: number): Promise<void> {
    const [token] = this.#world.pipeline.tokens;
    if (token !== undefined) await this.#world.pipeline.promote(number, token);
  }

  async cancelThroughApi(number: number): Promise<void> {
    const [token] = this.#world.pipeline.tokens;
    if (token !== undefined) await this.#world.pipeline.cancel(number, token);
  }

  /** Requests a promotion, and again after an error. Returns its number once it exists. */
  async ask(place: Place, name: string): Promise<number | undefined> {
    const { figures } = this.#world;
    const people = this.#people;
    const userId = people.id(name);
    return people.alone(userId, async () => {
      for (let turn = 1; turn <= 10 && !this.#isAway(userId); turn++) {
        if (turn > 1) await pause(500);
        const made = await this.#askOnce(place, userId);
        if (made !== undefined) {
          figures.add("requests");
          people.closeAll(userId);
          return made.number;
        }
      }
      figures.add("requests given up");
      return undefined;
    });
  }

  /** Returns whether somebody is deactivated or a guest at the moment, as the stand-in for Slack has it. */
  #isAway(userId: string): boolean {
    const { deleted, isRestricted } = this.#world.slack.workspace.person(userId) ?? {};
    return deleted === true || isRestricted === true;
  }

  async #askOnce(place: Place, userId: string): Promise<Row | undefined> {
    const { slack } = this.#world;
    const people = this.#people;
    people.closeAll(userId);
    if (people.isGone(userId)) return undefined;
    await slack.command(userId, `/promote core/${place.slug}`);
    const view = await lookFor(() => {
      const open = slack.topView(userId);
      return open?.callbackId === ids.view.request ? open : undefined;
    }, 2_000);
    // A form without its message is a notice: something failed, and the person tries again.
    const isForm = () =>
      slack.topView(userId) === view && JSON.stringify(view?.blocks).includes(ids.input.message);
    if (view === undefined || !isForm()) return undefined;
    const typed = `ask ${++this.#asked}`;
    if (people.isGone(userId)) return undefined;
    let act = await people.submit(userId, view, "request", 0, { [ids.input.message]: typed });
    // Something changed, or an open request can be replaced: the modal shows it, and the person submits again.
    if (act.answer === "told" && isForm() && !people.isGone(userId)) {
      act = await people.submit(userId, view, "request", 0, { [ids.input.message]: typed });
    }
    // If Slack got no answer, it may have happened: the person looks, and requests again if it did not.
    if (act.answer === "lost") await pause(3_000);
    return this.#find(typed);
  }

  #find(typed: string): Promise<Row | undefined> {
    const { organizationId } = this.#world;
    return this.#world.read(async ({ db }) => {
      const [row] = await db
        .select()
        .from(requests)
        .where(and(eq(requests.organizationId, organizationId), eq(requests.message, typed)))
        .orderBy(desc(requests.number));
      return row;
    });
  }

  row(number: number): Promise<Row> {
    const { organizationId } = this.#world;
    return this.#world.read(async ({ db }) => {
      const [row] = await db
        .select()
        .from(requests)
        .where(and(eq(requests.organizationId, organizationId), eq(requests.number, number)));
      if (row === undefined) throw new Error(`#${number} is gone`);
      return row;
    });
  }

  /** Returns some of the people who may review it now. */
  async reviewersOf(number: number, random: Random): Promise<string[]> {
    const requesters = requestersOf(await this.row(number));
    const { now } = this.#world.admin.history;
    const able = now.members.filter((id) => mayReview(now, id, requesters));
    return random.shuffled(able).slice(0, random.between(2, able.length));
  }

  /** Returns the person's card once it has the button; undefined if it will never have it. */
  #card(userId: string, number: number, actionId: string): Promise<StandInMessage | undefined> {
    const { approve, reject, promote } = ids.action;
    const reviewing = actionId === approve || actionId === reject;
    const over = async () => {
      const row = await this.row(number);
      const { state } = row;
      const { now } = this.#world.admin.history;
      if (this.#isAway(userId)) return true;
      if (reviewing) return state !== "pending" || !mayReview(now, userId, requestersOf(row));
      return !(state === "approved" || state === "failed" || (state === "pending" && actionId !== promote));
    };
    return this.#people.card(userId, number, actionId, over);
  }

  /** All of them press at the same time, some of them twice. */
  async allApprove(number: number, reviewers: readonly string[], random: Random): Promise<void> {
    const { approve } = ids.action;
    await Promise.all(reviewers.map((userId) => this.#card(userId, number, approve)));
    const pressing = reviewers.flatMap((userId) => (random.chance(0.2) ? [userId, userId] : [userId]));
    await Promise.all(pressing.map((userId) => this.#people.press(userId, number, "approve", approve)));
  }

  /** Somebody who sees the card in the channel and may not review tries anyway. */
  async passerbyApproves(number: number, random: Random): Promise<void> {
    const { admin, channel, slack } = this.#world;
    const requesters = requestersOf(await this.row(number));
    const isBot = (id: string) => id === slack.workspace.bot.userId;
    const others = channel.members.filter(
      (id) => !isBot(id) && !mayReview(admin.history.now, id, requesters),
    );
    if (others.length === 0) return;
    await this.#people.press(random.pick(others), number, "approve", ids.action.approve, 1);
  }

  async reject(number: number, userId: string): Promise<void> {
    if ((await this.#card(userId, number, ids.action.reject)) === undefined) return;
    await this.#people.alone(userId, () =>
      this.#people.through(userId, number, "reject", { [ids.input.comment]: `no to ${number}` }),
    );
  }

  async cancel(number: number, userId: string): Promise<void> {
    if ((await this.#card(userId, number, ids.action.cancel)) === undefined) return;
    await this.#people.alone(userId, () =>
      this.#people.through(userId, number, "cancel", { [ids.input.reason]: `no need of ${number}` }),
    );
  }

  /** The request expires while somebody decides. */
  async runOut(number: number, reviewer: string): Promise<void> {
    await this.#world.clock.runOut(number);
    await this.#people.press(reviewer, number, "approve", ids.action.approve, 1);
  }

  /** Presses Promote on the card, and confirms if asked. */
  async promote(number: number, userId: string): Promise<void> {
    if ((await this.#card(userId, number, ids.action.promote)) === undefined) return;
    await this.#people.alone(userId, async () => {
      for (let turn = 1; turn <= 3; turn++) {
        this.#people.closeAll(userId);
        const act = await this.pressPromote(number, userId);
        if (act === undefined) return;
        const { state } = await this.row(number);
        if (state !== "approved" && state !== "failed") return;
        const confirmed = await this.#people.confirm(userId, number);
        if (confirmed?.answer === "taken") return;
      }
    });
  }

  async promoteTwice(number: number, userId: string): Promise<void> {
    if ((await this.#card(userId, number, ids.action.promote)) === undefined) return;
    await this.#people.alone(userId, () =>
      Promise.all([this.pressPromote(number, userId), this.pressPromote(number, userId)]),
    );
  }

  /** Does nothing if the card has no such button. */
  pressPromote(number: number, userId: string) {
    return this.#people.press(userId, number, "promote", ids.action.promote);
  }
}
