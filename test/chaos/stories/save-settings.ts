import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { SlackStandIn } from "../../../sandbox/slack/index.ts";
import { member } from "../../../src/domain/shared/actor.ts";
import type { CardsTo, Workflow } from "../../../src/domain/workflow/workflow.ts";
import { loadSeedFile, type SeedDeps } from "../../../src/seed/load-seed-file.ts";
import { bindRole } from "../../../src/usecases/people/bind-role.ts";
import { saveRole } from "../../../src/usecases/people/save-role.ts";
import type { Context } from "../../../src/usecases/shared/context.ts";
import { saveWorkflow } from "../../../src/usecases/workflow/save-workflow.ts";
import { turnOffWorkflow } from "../../../src/usecases/workflow/turn-off-workflow.ts";
import { lookFor, persist } from "../run/wait.ts";
import type { Settings } from "./settings-history.ts";

/** What saving needs. */
export type Saving = {
  context: Context;
  organizationId: string;
  admin: string;
  channel: { id: string; name: string };
  slack: SlackStandIn;
  /** The user group that the role of the reviewers follows at times. */
  groupId: string;
  seed: SeedDeps;
};

/** How long a change in Slack may need before Slack sends its event again, in milliseconds. */
const eventMs = 12_000;

const findRole = async ({ context, organizationId }: Saving): Promise<roles.Role> => {
  const role = (await roles.list(context.db, organizationId)).find(({ name }) => name === "Reviewers");
  if (role === undefined) throw new Error("There is no role of reviewers");
  return role;
};

/** Returns who holds the role of the reviewers, in order. */
const holdersOf = async ({ context, organizationId }: Saving, role: roles.Role): Promise<string[]> =>
  (await roles.holdingsOf(context.db, organizationId, role.id)).map(({ memberId }) => memberId).sort();

export const currentWorkflow = ({ context, organizationId }: Saving): Promise<Workflow> =>
  persist(() => workflows.current(context.db, organizationId));

/** Saves what differs, as Settings do. Repeated after a lost answer, it changes nothing. Returns the workflow's version. */
export async function saveInSettings(
  saving: Saving,
  wanted: Settings,
  { isBound, cancelOpen }: { isBound: boolean; cancelOpen: boolean },
): Promise<number> {
  const { context, organizationId, admin } = saving;
  const by = { organizationId, actor: member(admin), surface: "slack" } as const;
  await (isBound ? changeGroup(saving, wanted) : saveMembers(saving, wanted.members));
  const current = await currentWorkflow(saving);
  const next = workflowOf(saving, current, wanted);
  if (isSame(current, next)) return current.version;
  const saved =
    current.enabled && !next.enabled
      ? await turnOffWorkflow(context, { ...by, version: current.version, cancelOpen })
      : await saveWorkflow(context, { ...by, workflow: next });
  if (!saved.ok) throw new Error(`The workflow was refused: ${JSON.stringify(saved.refusal)}`);
  return saved.value.version;
}

async function saveMembers(saving: Saving, wanted: readonly string[]): Promise<void> {
  const { context, organizationId, admin } = saving;
  const role = await findRole(saving);
  if ((await holdersOf(saving, role)).join() === [...wanted].sort().join()) return;
  const saved = await saveRole(context, {
    ...{ organizationId, actor: member(admin), surface: "slack", roleId: role.id, version: role.version },
    ...{ name: role.name, holders: { projectId: null, memberIds: wanted } },
  });
  if (!saved.ok) throw new Error(`The role was refused: ${JSON.stringify(saved.refusal)}`);
}

/** Changes the user group in Slack, and waits until the role has its active members. */
async function changeGroup(saving: Saving, { members: wanted, away }: Settings): Promise<void> {
  const { slack, groupId } = saving;
  const group = slack.workspace.groups.get(groupId);
  if (group === undefined) throw new Error("The user group is gone");
  const active = wanted.filter((id) => !away.includes(id)).sort();
  const isThere = async () =>
    (await persist(async () => holdersOf(saving, await findRole(saving)))).join() === active.join();
  const change = () => slack.workspace.setGroup(groupId, { ...group, users: [...wanted] });
  if (group.users.join() === wanted.join() && (await isThere())) return;
  await untilSeen("who is in the user group", change, isThere);
}

/** Makes the role follow its user group, or gives its members to the admins. Who holds it stays the same. */
export async function bindReviewers(saving: Saving, isBound: boolean, settings: Settings): Promise<void> {
  const { context, organizationId, admin, slack, groupId } = saving;
  const group = slack.workspace.groups.get(groupId);
  if (group === undefined) throw new Error("The user group is gone");
  if (isBound) slack.workspace.setGroup(groupId, { ...group, users: [...settings.members] });
  // Read again after a lost answer: it may have been bound.
  await persist(async () => {
    const role = await findRole(saving);
    if ((role.groupId !== null) === isBound) return;
    const bound = await bindRole(context, {
      ...{ organizationId, actor: member(admin), surface: "slack", roleId: role.id, version: role.version },
      ...{ groupId: isBound ? groupId : null, projectIds: null },
    });
    if (!bound.ok) throw new Error(`The role was not bound: ${JSON.stringify(bound.refusal)}`);
  });
  if (isBound) await changeGroup(saving, settings);
}

/** Saves the same by loading a seed file. Returns the workflow's version. */
export async function saveBySeedFile(saving: Saving, wanted: Settings): Promise<number> {
  const { organizationId, channel, slack, seed } = saving;
  const emailOf = (id: string) => slack.workspace.person(id)?.email;
  const { members: held, assignees, requiredApprovals, enabled, cardsTo } = wanted;
  const file = {
    roles: [{ name: "Reviewers", members: held.map(emailOf) }],
    workflow: {
      ...{ enabled, roles: ["Reviewers"], assignees: assignees.map(emailOf) },
      options: { requiredApprovals, cardsTo: cardsTo === "channel" ? `#${channel.name}` : "reviewers" },
    },
  };
  // What Settings changed since the last load would be a conflict otherwise.
  await loadSeedFile(seed, organizationId, stringify(file), { force: true });
  return (await currentWorkflow(saving)).version;
}

/** Changes how a person is in Slack, and waits until Signoff knows it. */
export async function changeStanding(
  { context, organizationId, slack }: Saving,
  userId: string,
  change: { deleted?: boolean; isRestricted?: boolean },
): Promise<void> {
  const wanted = change.deleted ? "deactivated" : change.isRestricted ? "guest" : "active";
  const db: Db = context.db;
  const isSeen = async () => {
    const stored = await persist(() => members.find(db, organizationId, userId));
    // Somebody who has done nothing yet is read once they do.
    return stored === undefined || stored.status === wanted;
  };
  const what = `that ${userId} is ${wanted}`;
  await untilSeen(what, () => slack.workspace.changePerson(userId, change), isSeen);
}

/** Makes a change in Slack, again while its events are lost: Slack sends them three times only. */
async function untilSeen(what: string, change: () => unknown, isSeen: () => Promise<boolean>): Promise<void> {
  for (let tries = 1; tries <= 12; tries++) {
    change();
    if ((await lookFor(async () => (await isSeen()) || undefined, eventMs, 100)) !== undefined) return;
  }
  throw new Error(`Signoff did not notice ${what}`);
}

function workflowOf({ channel }: Saving, current: Workflow, wanted: Settings): Workflow {
  const { assignees, requiredApprovals, enabled } = wanted;
  const { id: channelId, name: channelName } = channel;
  const cardsTo: CardsTo =
    wanted.cardsTo === "channel" ? { kind: "channel", channelId, channelName } : { kind: "reviewers" };
  return {
    ...current,
    enabled,
    assigneeIds: assignees,
    options: { ...current.options, requiredApprovals, cardsTo },
  };
}

const isSame = (one: Workflow, other: Workflow): boolean =>
  isDeepStrictEqual(
    [one.enabled, one.assigneeIds, one.options],
    [other.enabled, other.assigneeIds, other.options],
  );
