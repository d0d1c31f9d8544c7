import { z } from "zod";
import type { StoredEntry } from "../../../db/audit/audit.ts";
import { guardRefused } from "../../../db/audit/refused-guards.ts";
import { listSettingChanges } from "../../../db/audit/setting-changes.ts";
import { listCatalogNames } from "../../../db/catalog/catalog-names.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { LoweredGuard } from "../../domain/catalog/guards.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Actor } from "../../domain/shared/actor.ts";
import { namePeople } from "../shared/name-people.ts";
import { type Fact, lowersGuard, type Names, ownerOf, readFacts, titleOf } from "./setting-facts.ts";

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
  /** R1: the guards that a token was refused to lower; none if something was changed. */
  refused: readonly LoweredGuard[];
};

export type SettingsDigest = { changes: DigestChange[]; more: number };

/** The most changes that a message lists, and the most among which those that lower a guard are looked for. */
const [mostChanges, mostRead] = [10, 500];

/**
 * Returns the changes of settings of one digest, and how many more there are. Those that lower a guard come first, so that
 * others cannot hide them.
 */
export async function getSettingsDigest(
  db: Db,
  organizationId: string,
  range: { afterId: number; throughId: number },
): Promise<SettingsDigest> {
  const { changes: read, total } = await listSettingChanges(db, organizationId, range, mostRead);
  const lowers = ({ subject, before, after }: StoredEntry) => lowersGuard(subject, before, after);
  const changes = [...read.filter(lowers), ...read.filter((entry) => !lowers(entry))].slice(0, mostChanges);
  const names = await readNames(db, organizationId, changes);
  return {
    changes: changes.map((entry) => readRefused(entry, names) ?? toChange(entry, names)),
    more: total - changes.length,
  };
}

async function readNames(db: Db, organizationId: string, changes: readonly StoredEntry[]): Promise<Names> {
  const makers = changes.flatMap(({ actor }) => (actor.kind === "token" ? actor.makerId : []));
  const mentioned = changes.flatMap(({ before, after }) => [before, after]).flatMap(idsIn);
  const people = await members.findMany(db, organizationId, [...new Set([...makers, ...mentioned])]);
  const roleNames = new Map((await roles.list(db, organizationId)).map(({ id, name }) => [id, name]));
  const catalog = await listCatalogNames(db, organizationId);
  return {
    person: namePeople(people),
    role: (id) => roleNames.get(id) ?? "a deleted role",
    project: (id) => catalog.projects.get(id) ?? "another project",
    integration: (id) => catalog.integrations.get(id) ?? null,
  };
}

/** Returns the member IDs in a stored version of a setting: holders of a role, or assignees of the workflow. */
function idsIn(stored: unknown): MemberId[] {
  const { holdings, assigneeIds } = (stored ?? {}) as Record<string, unknown>;
  const holders = Array.isArray(holdings) ? holdings.map((holding) => holding?.memberId) : [];
  const assignees = Array.isArray(assigneeIds) ? assigneeIds : [];
  return [...holders, ...assignees].filter((id) => typeof id === "string");
}

function toChange({ actor, at, action, subject, before, after }: StoredEntry, names: Names): DigestChange {
  const was = readFacts(subject, before, names);
  const is = readFacts(subject, after, names);
  const name = titleOf(after) ?? titleOf(before) ?? ownerOf(subject, names);
  return {
    ...{ by: digestActor(actor, names), at, action, name },
    facts: before === null ? is.flatMap(newFact) : compare(was, is),
    lowersGuard: lowersGuard(subject, before, after),
    refused: [],
  };
}

/** Returns a change that was refused, or undefined if the entry is of a change that was made. */
function readRefused(
  { actor, at, action, subject, after }: StoredEntry,
  names: Names,
): DigestChange | undefined {
  if (action !== guardRefused) return undefined;
  const { data } = refusedGuards.safeParse(after);
  const kind = subject.split(":")[1] ?? "";
  return {
    ...{ by: digestActor(actor, names), at, action: `${kind}.refused`, name: titleOf(after) },
    ...{ facts: [], lowersGuard: false, refused: data?.guards ?? [] },
  };
}

const named = { environment: z.string() };

const refusedGuards = z.object({
  guards: z.array(
    z.discriminatedUnion("kind", [
      z.object({ kind: z.enum(["not-critical", "dropped", "moved", "first"]), ...named }),
      z.object({ kind: z.literal("requesters"), roles: z.array(z.string()) }),
      z.object({ kind: z.literal("deployer"), integration: z.string() }),
    ]),
  ),
});

function digestActor(actor: Actor, names: Names): DigestActor {
  if (actor.kind === "token") {
    return { kind: "token", name: actor.name, maker: names.person(actor.makerId).name };
  }
  const reason = actor.kind === "system" ? actor.reason : names.person(actor.memberId).name;
  return { kind: "system", reason };
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
