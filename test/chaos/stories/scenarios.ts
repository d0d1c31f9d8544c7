import { seeThrough } from "../faults/see-through.ts";
import type { Random } from "../run/random.ts";
import { lookFor } from "../run/wait.ts";
import type { ChaosWorld } from "../run/world.ts";
import type { Place } from "./catalog.ts";
import { Moves } from "./moves.ts";
import type { People } from "./people.ts";

/** How a request is decided. */
const decisions = {
  "everybody approves at once": 40,
  "some approve, one rejects": 18,
  "one rejects": 8,
  "one approves, then rejects": 5,
  "cancelled while it waits": 8,
  "cancelled through the API": 4,
  "cancelled while somebody approves": 8,
  "replaced by a newer build": 8,
  "left waiting": 8,
  expired: 4,
};

/** How an approved request is finished. */
const endings = {
  promote: 60,
  "promote with a double click": 15,
  "promote through the API": 12,
  "promote after a newer build": 10,
  "a reviewer cancels": 7,
  "promote while the requester cancels": 5,
  "left approved": 5,
};

/** How often a request comes close to its expiry before somebody acts. */
const nearing = { pending: 0.15, left: 0.7, approved: 0.15 };

/** Drives each request through a story that the seed chooses. */
export class Scenarios {
  readonly #world: ChaosWorld;
  readonly #moves: Moves;

  constructor(world: ChaosWorld, people: People) {
    this.#world = world;
    this.#moves = new Moves(world, people);
  }

  /** Runs one story of one integration, from a new build to its end. */
  async run(place: Place, random: Random): Promise<void> {
    await this.#moves.newBuild(place);
    const number = await this.#ask(place, random);
    if (number !== undefined) await this.#applyProgress(place, number, random);
  }

  /** Requests a promotion in Slack or through the API. Returns its number once it exists. */
  async #ask(place: Place, random: Random): Promise<number | undefined> {
    const requester = random.pick(this.#world.requesters);
    return random.chance(0.2)
      ? this.#moves.askThroughApi(place, requester, random)
      : this.#moves.ask(place, requester);
  }

  async #applyProgress(place: Place, number: number, random: Random): Promise<void> {
    if (await this.#isUnderWay(number)) return this.#seeThrough(number, random);
    return this.#decide(place, number, random);
  }

  /** Returns whether the request was made while the workflow was off, and so promoted immediately (R1). */
  async #isUnderWay(number: number): Promise<boolean> {
    const { decidedBy } = await this.#moves.row(number);
    if (decidedBy?.kind !== "system") return false;
    this.#story("promoted at once, the workflow was off");
    return true;
  }

  #story(name: string): void {
    this.#world.figures.add(`story: ${name}`);
  }

  async #decide(place: Place, number: number, random: Random): Promise<void> {
    const moves = this.#moves;
    const story = random.weighted(decisions);
    this.#story(story);
    const { requesterId } = await moves.row(number);
    const reviewers = await moves.reviewersOf(number, random);
    const [first = ""] = reviewers;
    const left = story === "left waiting";
    if (random.chance(left ? nearing.left : nearing.pending)) await this.#world.clock.near(number, "pending");
    if (random.chance(0.15)) await moves.passerbyApproves(number, random);
    // The reviewers were determined earlier; settings may have changed since.
    if (random.chance(0.15)) await this.#world.admin.change(random);
    switch (story) {
      case "everybody approves at once":
        await moves.allApprove(number, reviewers, random);
        return this.#finish(place, number, reviewers, random);
      case "some approve, one rejects":
        await Promise.all([
          moves.allApprove(number, reviewers.slice(1), random),
          moves.reject(number, first),
        ]);
        return this.#finish(place, number, reviewers, random);
      case "one rejects":
        return moves.reject(number, first);
      case "one approves, then rejects":
        await moves.allApprove(number, [first], random);
        await moves.reject(number, first);
        return this.#finish(place, number, reviewers, random);
      case "cancelled while it waits":
        return moves.cancel(number, requesterId);
      case "cancelled through the API":
        return moves.cancelThroughApi(number);
      case "cancelled while somebody approves":
        await Promise.all([moves.cancel(number, requesterId), moves.allApprove(number, reviewers, random)]);
        return this.#finish(place, number, reviewers, random);
      case "replaced by a newer build":
        return this.#replace(place, random);
      case "left waiting":
        return;
      case "expired":
        return moves.runOut(number, first);
    }
  }

  async #replace(place: Place, random: Random): Promise<void> {
    await this.#moves.newBuild(place);
    // Through the API, the older request would have to be named.
    const next = await this.#moves.ask(place, random.pick(this.#world.requesters));
    if (next === undefined) return;
    if (await this.#isUnderWay(next)) return this.#seeThrough(next, random);
    const reviewers = await this.#moves.reviewersOf(next, random);
    await this.#moves.allApprove(next, reviewers, random);
    await this.#finish(place, next, reviewers, random);
  }

  async #finish(place: Place, number: number, reviewers: readonly string[], random: Random): Promise<void> {
    const moves = this.#moves;
    const story = random.weighted(endings);
    const state = async () => {
      const row = await moves.row(number);
      return row.state === "pending" ? undefined : row;
    };
    const decided = await lookFor(state, 5_000, 200);
    if (decided?.state !== "approved") return;
    this.#story(story);
    const { requesterId } = decided;
    const left = story === "left approved";
    if (random.chance(left ? nearing.left : nearing.approved))
      await this.#world.clock.near(number, "approved");
    switch (story) {
      case "promote":
        await moves.promote(number, requesterId);
        break;
      case "promote with a double click":
        await moves.promoteTwice(number, requesterId);
        break;
      case "promote through the API":
        await moves.promoteThroughApi(number);
        break;
      case "promote after a newer build":
        await moves.newBuild(place);
        await moves.promote(number, requesterId);
        break;
      case "a reviewer cancels":
        await moves.cancel(number, reviewers[0] ?? requesterId);
        break;
      case "promote while the requester cancels":
        await Promise.all([moves.pressPromote(number, requesterId), moves.cancel(number, requesterId)]);
        break;
      case "left approved":
        return;
    }
    await this.#seeThrough(number, random);
  }

  /** Waits for the deployment to end before the next story of this integration starts. */
  async #seeThrough(number: number, random: Random): Promise<void> {
    const moves = this.#moves;
    const { requesterId } = await moves.row(number);
    await seeThrough(this.#world, number, random, {
      state: async () => (await moves.row(number)).state,
      cancel: () => moves.cancel(number, requesterId),
      tryAgain: () => moves.promote(number, requesterId),
    });
  }
}
