import type { Random } from "../run/random.ts";
import type { Figures } from "../run/stats.ts";
import { persist } from "../run/wait.ts";
import {
  bindReviewers,
  changeStanding,
  currentWorkflow,
  type Saving,
  saveBySeedFile,
  saveInSettings,
} from "./save-settings.ts";
import { mayReview, type Settings, SettingsHistory } from "./settings-history.ts";

/**
 * The minimum number of reviewers: two approvals remain possible whoever the requester is, and whoever's token made the
 * request (R6).
 */
const leastReviewers = 4;

const changes = { members: 4, assignees: 3, "required approvals": 2, "where cards go": 3, "user group": 2 };

type Parts = Saving & {
  /** Everybody who may become a reviewer. */
  reviewers: readonly string[];
  /** Everybody who may leave the workspace for a while. */
  leavers: readonly string[];
  figures: Figures;
};

/** The admin, who changes settings during the run and records which settings applied when. */
export class Admin {
  readonly history = new SettingsHistory();
  readonly #parts: Parts;
  #isBound = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Records the initial settings. */
  async begin(settings: Settings): Promise<void> {
    const { version } = await currentWorkflow(this.#parts);
    this.history.add({ ...settings, workflow: version, sentAt: 0, answeredAt: Date.now() });
  }

  /** Changes one setting that the seed chooses, in Settings or by a seed file. Every request must remain decidable. */
  change(random: Random): Promise<string> {
    return this.#alone(() => this.#change(random));
  }

  async #change(random: Random): Promise<string> {
    const what = random.weighted(changes);
    this.#count(what);
    if (what === "user group") {
      await this.#bind();
      return what;
    }
    const next = this.#findAble(() => this.#changed(what, random));
    if (next === undefined) return what;
    const bySeedFile = this.#fitsSeedFile(next) && random.chance(0.35);
    if (bySeedFile) this.#count("by a seed file");
    await this.set(next, { bySeedFile });
    return what;
  }

  /** Turns the workflow on or off. When it is turned off, open requests stay or are cancelled. */
  turn(enabled: boolean, cancelOpen = false): Promise<void> {
    return this.#alone(async () => {
      this.#count(enabled ? "on" : cancelOpen ? "off, requests cancelled" : "off");
      await this.set({ ...tidy(this.history.now), enabled }, { cancelOpen });
    });
  }

  /** Saves these settings, and records between which moments they took effect. */
  set(wanted: Settings, how: { bySeedFile?: boolean; cancelOpen?: boolean } = {}): Promise<void> {
    const { bySeedFile = false, cancelOpen = false } = how;
    const isBound = this.#isBound;
    return this.#record(wanted, () =>
      bySeedFile
        ? persist(() => saveBySeedFile(this.#parts, wanted))
        : persist(() => saveInSettings(this.#parts, wanted, { isBound, cancelOpen })),
    );
  }

  /** Deactivates somebody or makes them a guest, so that every request stays decidable. Does nothing if nobody can be spared. */
  somebodyLeaves(random: Random): Promise<void> {
    return this.#alone(async () => {
      const { now } = this.history;
      const next = this.#findAble(() => {
        const present = this.#parts.leavers.filter((id) => !now.away.includes(id));
        return { ...now, away: [...now.away, random.pick(present)] };
      });
      const leaver = next?.away.at(-1);
      if (next === undefined || leaver === undefined) return;
      const isGuest = random.chance(0.4);
      this.#count(isGuest ? "somebody became a guest" : "somebody was deactivated");
      await this.#move(next, leaver, isGuest ? { isRestricted: true } : { deleted: true });
    });
  }

  /** Brings one person back who is away. */
  somebodyReturns(random: Random): Promise<void> {
    return this.#alone(async () => {
      const { now } = this.history;
      if (now.away.length === 0) return;
      const back = random.pick(now.away);
      this.#count("somebody came back");
      const next = { ...now, away: now.away.filter((id) => id !== back) };
      await this.#move(next, back, { deleted: false, isRestricted: false });
    });
  }

  /** Archives the channel for review cards, or restores it. */
  archiveChannel(isArchived: boolean): Promise<void> {
    return this.#alone(async () => {
      const { slack, channel } = this.#parts;
      this.#count(isArchived ? "channel archived" : "channel restored");
      await this.#record({ ...this.history.now, isArchived }, async () => {
        const found = slack.workspace.channels.get(channel.id);
        if (found !== undefined) found.isArchived = isArchived;
        return undefined;
      });
    });
  }

  #move(next: Settings, userId: string, change: Parameters<typeof changeStanding>[2]): Promise<void> {
    return this.#record(next, async () => {
      await changeStanding(this.#parts, userId, change);
      return undefined;
    });
  }

  async #bind(): Promise<void> {
    const { now } = this.history;
    const isBound = !this.#isBound;
    // A role that follows a group is held by the group's active members, and keeps them once it follows none.
    const members = isBound ? now.members : now.members.filter((id) => !now.away.includes(id));
    const next = { ...now, members };
    await this.#record(next, async () => {
      await bindReviewers(this.#parts, isBound, next);
      return undefined;
    });
    this.#isBound = isBound;
  }

  /** Does the work, and records between which moments these settings took effect. It returns the workflow's new version. */
  async #record(wanted: Settings, work: () => Promise<number | undefined>): Promise<void> {
    const sentAt = Date.now();
    const before = this.history.held.at(-1)?.workflow ?? 0;
    const workflow = (await work()) ?? before;
    const { members, assignees, requiredApprovals, enabled, cardsTo, away, isArchived } = wanted;
    const settings = { members, assignees, requiredApprovals, enabled, cardsTo, away, isArchived };
    this.history.add({ ...settings, workflow, sentAt, answeredAt: Date.now() });
  }

  /** Runs changes one after the other. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  #count(what: string): void {
    this.#parts.figures.add(`settings: ${what}`);
  }

  /** Returns settings with which every request can be decided; undefined if none were found. */
  #findAble(make: () => Settings): Settings | undefined {
    for (let tries = 0; tries < 20; tries++) {
      const next = make();
      if (able(next) >= leastReviewers) return next;
    }
    return undefined;
  }

  /** A seed file names no one who is away, gives a bound role no members, and goes to no archived channel. */
  #fitsSeedFile({ members, assignees, away, cardsTo, isArchived }: Settings): boolean {
    const named = [...members, ...assignees];
    return !this.#isBound && !named.some((id) => away.includes(id)) && !(cardsTo === "channel" && isArchived);
  }

  #changed(what: Exclude<keyof typeof changes, "user group">, random: Random): Settings {
    const { now } = this.history;
    const settings = what === "members" ? now : tidy(now);
    const isAway = (id: string) => now.away.includes(id);
    const some = (of: readonly string[]) => {
      const present = of.filter((id) => !isAway(id));
      const least = Math.min(leastReviewers, present.length);
      return random.shuffled(present).slice(0, random.between(least, present.length));
    };
    switch (what) {
      case "members":
        return { ...settings, members: [...some(this.#parts.reviewers), ...now.members.filter(isAway)] };
      case "assignees":
        return { ...settings, assignees: random.chance(0.3) ? [] : some(now.members) };
      case "required approvals":
        return { ...settings, requiredApprovals: now.requiredApprovals === 1 ? 2 : 1 };
      case "where cards go":
        return { ...settings, cardsTo: now.cardsTo === "channel" ? "reviewers" : "channel" };
    }
  }
}

const able = (settings: Settings): number =>
  settings.members.filter((id) => mayReview(settings, id, [])).length;

/** Leaves out assignees who no longer hold the role or are away, whom the form would refuse by name. */
const tidy = (settings: Settings): Settings => ({
  ...settings,
  assignees: settings.assignees.filter((id) => settings.members.includes(id) && !settings.away.includes(id)),
});
