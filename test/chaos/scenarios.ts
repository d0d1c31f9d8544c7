import { and, desc, eq } from "drizzle-orm";
import { requests } from "../../db/schema/index.ts";
import type { StandInMessage } from "../../sandbox/slack/index.ts";
import { ids } from "../../src/slack/ids.ts";
import type { People } from "./people.ts";
import type { Random } from "./random.ts";
import { seeThrough } from "./see-through.ts";
import { lookFor, pause } from "./wait.ts";
import type { ChaosWorld, Place } from "./world.ts";

type Row = typeof requests.$inferSelect;

/** How a request is decided. */
const decisions = {
  "everybody approves at once": 40,
  "some approve, one rejects": 18,
  "one rejects": 8,
  "cancelled while it waits": 8,
  "cancelled while somebody approves": 8,
  "replaced by a newer build": 8,
  "left waiting": 4,
  expired: 4,
};

/** How an approved one is finished. */
const endings = {
  promote: 60,
  "promote with a double click": 15,
  "promote after a newer build": 10,
  "a reviewer cancels": 7,
  "promote while the requester cancels": 5,
  "left approved": 3,
};

/** Drives requests through the flow, each by its own story, as the seed chooses. */
export class Scenarios {
  readonly #world: ChaosWorld;
  readonly #people: People;
  #built = 0;
  #asked = 0;

  constructor(world: ChaosWorld, people: People) {
    this.#world = world;
    this.#people = people;
  }

  /** One story of one integration, from a new build to its end. */
  async run(place: Place, random: Random): Promise<void> {
    await this.#newBuild(place);
    const number = await this.#ask(place, random.pick(this.#world.requesters));
    if (number === undefined) return this.#world.figures.add("requests given up");
    await this.#decide(place, number, random);
  }

  async #newBuild(place: Place): Promise<void> {
    this.#built += 1;
    await this.#world.build(place, `1.0.${this.#built}`);
  }

  /** Asks for a promotion, again after an error. Gives its number, once it is there. */
  async #ask(place: Place, name: string): Promise<number | undefined> {
    const { slack, figures } = this.#world;
    const people = this.#people;
    const userId = people.id(name);
    return people.alone(userId, async () => {
      for (let turn = 1; turn <= 6; turn++) {
        people.closeAll(userId);
        await slack.command(userId, `/promote core/${place.slug}`);
        const view = await lookFor(() => {
          const open = slack.topView(userId);
          return open?.callbackId === ids.view.request ? open : undefined;
        }, 2_000);
        if (view === undefined) continue;
        const typed = `ask ${++this.#asked}`;
        let act = await people.submit(userId, view, "request", 0, { [ids.input.message]: typed });
        // Something changed meanwhile, or there is one to replace: it is shown, and submitted again.
        if (act.answer === "told" && slack.topView(userId) === view) {
          act = await people.submit(userId, view, "request", 0, { [ids.input.message]: typed });
        }
        // Where Slack was not answered, it may have happened: the person looks, and asks again if it did not.
        if (act.answer === "lost") await pause(3_000);
        const made = await this.#find(typed);
        if (made !== undefined) {
          figures.add("requests");
          people.closeAll(userId);
          return made.number;
        }
      }
      return undefined;
    });
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

  /** The person's card, once it has the button; undefined where the request will not have it any more. */
  #card(userId: string, number: number, actionId: string): Promise<StandInMessage | undefined> {
    const { approve, reject, promote } = ids.action;
    const reviewing = actionId === approve || actionId === reject;
    const over = async () => {
      const { state } = await this.#row(number);
      if (reviewing) return state !== "pending";
      return !(state === "approved" || state === "failed" || (state === "pending" && actionId !== promote));
    };
    return this.#people.card(userId, number, actionId, over);
  }

  #row(number: number): Promise<Row> {
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

  async #decide(place: Place, number: number, random: Random): Promise<void> {
    const story = random.weighted(decisions);
    this.#world.figures.add(`story: ${story}`);
    const { requesterId } = await this.#row(number);
    const able = this.#world.reviewers
      .map((name) => this.#people.id(name))
      .filter((id) => id !== requesterId);
    const reviewers = random.shuffled(able).slice(0, random.between(2, 5));
    const [first = ""] = reviewers;
    switch (story) {
      case "everybody approves at once":
        await this.#allApprove(number, reviewers, random);
        return this.#finish(place, number, reviewers, random);
      case "some approve, one rejects":
        await Promise.all([
          this.#allApprove(number, reviewers.slice(1), random),
          this.#reject(number, first),
        ]);
        return this.#finish(place, number, reviewers, random);
      case "one rejects":
        return this.#reject(number, first);
      case "cancelled while it waits":
        if (random.chance(0.5)) await this.#card(requesterId, number, ids.action.cancel);
        return this.#cancel(number, requesterId);
      case "cancelled while somebody approves":
        await Promise.all([this.#cancel(number, requesterId), this.#allApprove(number, reviewers, random)]);
        return this.#finish(place, number, reviewers, random);
      case "replaced by a newer build":
        return this.#replace(place, reviewers, random);
      case "left waiting":
        return;
      case "expired":
        return this.#runOut(number);
    }
  }

  /** All of them press at the same moment, some of them twice. */
  async #allApprove(number: number, reviewers: readonly string[], random: Random): Promise<void> {
    const { approve } = ids.action;
    await Promise.all(reviewers.map((userId) => this.#card(userId, number, approve)));
    const pressing = reviewers.flatMap((userId) => (random.chance(0.2) ? [userId, userId] : [userId]));
    await Promise.all(pressing.map((userId) => this.#people.press(userId, number, "approve", approve)));
  }

  async #reject(number: number, userId: string): Promise<void> {
    if ((await this.#card(userId, number, ids.action.reject)) === undefined) return;
    await this.#people.alone(userId, () =>
      this.#people.through(userId, number, "reject", { [ids.input.comment]: `no to ${number}` }),
    );
  }

  async #cancel(number: number, userId: string): Promise<void> {
    if ((await this.#card(userId, number, ids.action.cancel)) === undefined) return;
    await this.#people.alone(userId, () =>
      this.#people.through(userId, number, "cancel", { [ids.input.reason]: `no need of ${number}` }),
    );
  }

  async #replace(place: Place, reviewers: string[], random: Random): Promise<void> {
    await this.#newBuild(place);
    const next = await this.#ask(place, random.pick(this.#world.requesters));
    if (next === undefined) return this.#world.figures.add("requests given up");
    const { requesterId } = await this.#row(next);
    const able = reviewers.filter((id) => id !== requesterId);
    await this.#allApprove(next, able, random);
    await this.#finish(place, next, able, random);
  }

  /** Its time is over: that moment is brought here, and several notice it at once. */
  async #runOut(number: number): Promise<void> {
    const { organizationId } = this.#world;
    await this.#world.read(({ db }) =>
      db
        .update(requests)
        .set({ expiresAt: new Date() })
        .where(
          and(
            eq(requests.organizationId, organizationId),
            eq(requests.number, number),
            eq(requests.state, "pending"),
          ),
        ),
    );
    const [reviewer = ""] = this.#world.reviewers.map((name) => this.#people.id(name));
    await this.#people.press(reviewer, number, "approve", ids.action.approve, 1);
  }

  async #finish(place: Place, number: number, reviewers: readonly string[], random: Random): Promise<void> {
    const story = random.weighted(endings);
    const state = async () => {
      const row = await this.#row(number);
      return row.state === "pending" ? undefined : row;
    };
    const decided = await lookFor(state, 5_000, 200);
    if (decided?.state !== "approved") return;
    this.#world.figures.add(`story: ${story}`);
    const { requesterId } = decided;
    const promote = async () => {
      if ((await this.#card(requesterId, number, ids.action.promote)) === undefined) return;
      await this.#people.alone(requesterId, () => this.#promote(number, requesterId));
    };
    switch (story) {
      case "promote":
        await promote();
        break;
      case "promote with a double click":
        if ((await this.#card(requesterId, number, ids.action.promote)) === undefined) break;
        await this.#people.alone(requesterId, () =>
          Promise.all([
            this.#people.press(requesterId, number, "promote", ids.action.promote),
            this.#people.press(requesterId, number, "promote", ids.action.promote),
          ]),
        );
        break;
      case "promote after a newer build":
        await this.#newBuild(place);
        await promote();
        break;
      case "a reviewer cancels":
        await this.#cancel(number, reviewers[0] ?? requesterId);
        break;
      case "promote while the requester cancels":
        await Promise.all([
          this.#people.press(requesterId, number, "promote", ids.action.promote),
          this.#cancel(number, requesterId),
        ]);
        break;
      case "left approved":
        return;
    }
    // The next story of this integration begins when this one's deployment has ended.
    await seeThrough(this.#world, number, random, {
      state: async () => (await this.#row(number)).state,
      cancel: () => this.#cancel(number, requesterId),
      tryAgain: async () => {
        await this.#card(requesterId, number, ids.action.promote);
        await this.#people.alone(requesterId, () => this.#promote(number, requesterId));
      },
    });
  }

  /** Promote, and what it asks to be confirmed. */
  async #promote(number: number, userId: string): Promise<void> {
    for (let turn = 1; turn <= 3; turn++) {
      this.#people.closeAll(userId);
      const act = await this.#people.press(userId, number, "promote", ids.action.promote);
      if (act === undefined) return;
      const { state } = await this.#row(number);
      if (state !== "approved" && state !== "failed") return;
      const confirmed = await this.#people.confirm(userId, number);
      if (confirmed?.answer === "taken") return;
    }
  }
}
