import { isDeepStrictEqual } from "node:util";
import * as roles from "../../../db/people/roles.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { member } from "../../../src/domain/shared/actor.ts";
import type { CardsTo, Workflow } from "../../../src/domain/workflow/workflow.ts";
import { saveRole } from "../../../src/usecases/people/save-role.ts";
import type { Context } from "../../../src/usecases/shared/context.ts";
import { saveWorkflow } from "../../../src/usecases/workflow/save-workflow.ts";
import { turnOffWorkflow } from "../../../src/usecases/workflow/turn-off-workflow.ts";
import type { Random } from "../run/random.ts";
import type { Figures } from "../run/stats.ts";
import { persist } from "../run/wait.ts";
import { mayReview, type Settings, SettingsHistory } from "./settings-history.ts";

/** The minimum number of reviewers: two approvals remain possible whoever the requester is (R6). */
const leastReviewers = 3;

const changes = { members: 4, assignees: 3, "required approvals": 2, "where cards go": 3 };

type Parts = {
  context: Context;
  organizationId: string;
  admin: string;
  /** Everybody who may become a reviewer. */
  reviewers: readonly string[];
  channel: { id: string; name: string };
  figures: Figures;
};

/** The admin, who changes settings during the run and records which settings applied when. */
export class Admin {
  readonly history = new SettingsHistory();
  readonly #parts: Parts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Records the initial settings. */
  async begin(settings: Settings): Promise<void> {
    const { version } = await this.#current();
    const now = Date.now();
    this.history.add({ ...settings, workflow: version, sentAt: 0, answeredAt: now });
  }

  /** Changes one setting that the seed chooses. Every request must remain decidable. */
  change(random: Random): Promise<string> {
    return this.#alone(() => this.#change(random));
  }

  async #change(random: Random): Promise<string> {
    const what = random.weighted(changes);
    let next = this.#changed(what, random);
    for (let tries = 0; tries < 20 && able(next) < leastReviewers; tries++)
      next = this.#changed(what, random);
    if (able(next) >= leastReviewers) await this.set(next);
    this.#parts.figures.add(`settings: ${what}`);
    return what;
  }

  /** Turns the workflow on or off. When it is turned off, open requests stay or are cancelled. */
  turn(enabled: boolean, cancelOpen = false): Promise<void> {
    return this.#alone(() => this.#turn(enabled, cancelOpen));
  }

  async #turn(enabled: boolean, cancelOpen: boolean): Promise<void> {
    this.#parts.figures.add(`settings: ${enabled ? "on" : cancelOpen ? "off, requests cancelled" : "off"}`);
    await this.set({ ...tidy(this.history.now), enabled }, cancelOpen);
  }

  /** Saves these settings, and records between which moments they took effect. */
  async set(wanted: Settings, cancelOpen = false): Promise<void> {
    const sentAt = Date.now();
    const workflow = await persist(() => this.#save(wanted, cancelOpen));
    const { members, assignees, requiredApprovals, enabled, cardsTo } = wanted;
    const settings = { members, assignees, requiredApprovals, enabled, cardsTo };
    this.history.add({ ...settings, workflow, sentAt, answeredAt: Date.now() });
  }

  /** Runs changes one after the other. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  #changed(what: keyof typeof changes, random: Random): Settings {
    const { now } = this.history;
    const settings = what === "members" ? now : tidy(now);
    const some = (of: readonly string[]) =>
      random.shuffled(of).slice(0, random.between(Math.min(leastReviewers, of.length), of.length));
    switch (what) {
      case "members":
        return { ...settings, members: some(this.#parts.reviewers) };
      case "assignees":
        return { ...settings, assignees: random.chance(0.3) ? [] : some(now.members) };
      case "required approvals":
        return { ...settings, requiredApprovals: now.requiredApprovals === 1 ? 2 : 1 };
      case "where cards go":
        return { ...settings, cardsTo: now.cardsTo === "channel" ? "reviewers" : "channel" };
    }
  }

  /** Saves what differs. Repeated after a lost answer, it changes nothing. Returns the workflow's version. */
  async #save(wanted: Settings, cancelOpen: boolean): Promise<number> {
    const { context, organizationId, admin } = this.#parts;
    const by = { organizationId, actor: member(admin), surface: "slack" } as const;
    await this.#saveMembers(wanted.members);
    const current = await this.#current();
    const next = this.#workflow(current, wanted);
    if (isSame(current, next)) return current.version;
    const saved =
      current.enabled && !next.enabled
        ? await turnOffWorkflow(context, { ...by, version: current.version, cancelOpen })
        : await saveWorkflow(context, { ...by, workflow: next });
    if (!saved.ok) throw new Error(`The workflow was refused: ${JSON.stringify(saved.refusal)}`);
    return saved.value.version;
  }

  async #saveMembers(wanted: readonly string[]): Promise<void> {
    const { context, organizationId, admin } = this.#parts;
    const role = (await roles.list(context.db, organizationId)).find(({ name }) => name === "Reviewers");
    if (role === undefined) throw new Error("There is no role of reviewers");
    const held = await roles.holdingsOf(context.db, organizationId, role.id);
    const isHeld = held.map(({ memberId }) => memberId).sort();
    if (isHeld.join() === [...wanted].sort().join()) return;
    const saved = await saveRole(context, {
      ...{ organizationId, actor: member(admin), surface: "slack", roleId: role.id, version: role.version },
      ...{ name: role.name, holders: { projectId: null, memberIds: wanted } },
    });
    if (!saved.ok) throw new Error(`The role was refused: ${JSON.stringify(saved.refusal)}`);
  }

  #workflow(current: Workflow, { assignees, requiredApprovals, enabled, ...to }: Settings): Workflow {
    const { id: channelId, name: channelName } = this.#parts.channel;
    const cardsTo: CardsTo =
      to.cardsTo === "channel" ? { kind: "channel", channelId, channelName } : { kind: "reviewers" };
    return {
      ...current,
      enabled,
      assigneeIds: assignees,
      options: { ...current.options, requiredApprovals, cardsTo },
    };
  }

  #current(): Promise<Workflow> {
    const { context, organizationId } = this.#parts;
    return persist(() => workflows.current(context.db, organizationId));
  }
}

const able = (settings: Settings): number =>
  settings.members.filter((id) => mayReview(settings, id, null)).length;

/** Leaves out assignees who no longer hold the role, whom the form would refuse by name. */
const tidy = (settings: Settings): Settings => ({
  ...settings,
  assignees: settings.assignees.filter((id) => settings.members.includes(id)),
});

const isSame = (one: Workflow, other: Workflow): boolean =>
  isDeepStrictEqual(
    [one.enabled, one.assigneeIds, one.options],
    [other.enabled, other.assigneeIds, other.options],
  );
