import type { StoredEntry } from "../../../db/audit/audit.ts";
import { listSettingChanges } from "../../../db/audit/setting-changes.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { namePeople } from "../shared/name-people.ts";
import { type Fact, lowersGuard, type Names, readFacts, titleOf } from "./setting-facts.ts";

/** Who changed a setting. `maker`: the name of the person who answers for the token. */
export type DigestActor = { kind: "token"; name: string; maker: string } | { kind: "system"; reason: string };

/** One change of a setting. */
export type DigestChange = {
  by: DigestActor;
  at: Date;
  /** What the audit log calls it, such as `project.saved`. */
  action: string;
  /** The setting's name; null if it has none of its own. */
  name: string | null;
  /** What differs. `before` is null for something new. */
  facts: { label: string; before: string | null; after: string }[];
  lowersGuard: boolean;
};

export type SettingsDigest = { changes: DigestChange[]; more: number };

/** The most changes that a message lists. */
const mostChanges = 10;

/** Returns the changes of settings of one digest, and how many more there are. */
export async function getSettingsDigest(
  db: Db,
  organizationId: string,
  range: { afterId: number; throughId: number },
): Promise<SettingsDigest> {
  const { changes, total } = await listSettingChanges(db, organizationId, range, mostChanges);
  const names = await readNames(db, organizationId, changes);
  return { changes: changes.map((entry) => toChange(entry, names)), more: total - changes.length };
}

async function readNames(db: Db, organizationId: string, changes: readonly StoredEntry[]): Promise<Names> {
  const makers = changes.flatMap(({ actor }) => (actor.kind === "token" ? actor.makerId : []));
  const mentioned = changes.flatMap(({ before, after }) => [before, after]).flatMap(idsIn);
  const people = await members.findMany(db, organizationId, [...new Set([...makers, ...mentioned])]);
  const roleNames = new Map((await roles.list(db, organizationId)).map(({ id, name }) => [id, name]));
  return { person: namePeople(people), role: (id) => roleNames.get(id) ?? "a deleted role" };
}

/** Returns the member IDs in a stored version of a setting: holders of a role, or assignees of the workflow. */
function idsIn(stored: unknown): MemberId[] {
  const { holdings, assigneeIds } = (stored ?? {}) as Record<string, unknown>;
  const holders = Array.isArray(holdings) ? holdings.map((holding) => holding?.memberId) : [];
  const assignees = Array.isArray(assigneeIds) ? assigneeIds : [];
  return [...holders, ...assignees].filter((id) => typeof id === "string");
}

function toChange({ actor, at, action, subject, before, after }: StoredEntry, names: Names): DigestChange {
  const by: DigestActor =
    actor.kind === "token"
      ? { kind: "token", name: actor.name, maker: names.person(actor.makerId).name }
      : {
          kind: "system",
          reason: actor.kind === "system" ? actor.reason : names.person(actor.memberId).name,
        };
  const was = readFacts(subject, before, names);
  const is = readFacts(subject, after, names);
  return {
    ...{ by, at, action, name: titleOf(after) ?? titleOf(before) },
    facts: before === null ? is.flatMap(newFact) : compare(was, is),
    lowersGuard: lowersGuard(subject, before, after),
  };
}

/** Returns what differs between two versions of a setting. */
function compare(was: readonly Fact[], is: readonly Fact[]): DigestChange["facts"] {
  return is.flatMap(({ label, value }) => {
    const before = was.find((fact) => fact.label === label)?.value ?? "none";
    return before === value ? [] : [{ label, before, after: value }];
  });
}

/** Returns a fact of something new; none if it says nothing. */
const newFact = ({ label, value }: Fact): DigestChange["facts"] =>
  value === "none" || value === "0" ? [] : [{ label, before: null, after: value }];
