import { z } from "zod";
import { slugOf } from "../../domain/catalog/catalog.ts";
import { loweredDeployer, loweredInPipeline, loweredRequesters } from "../../domain/catalog/guards.ts";
import type { MemberId, Person } from "../../domain/people/people.ts";

/** One fact of a setting, in words. The label is empty where the setting itself says what it is. */
export type Fact = { label: string; value: string };

/** Names of people, roles, projects, and integrations by their IDs. */
export type Names = {
  person(id: MemberId): Person;
  role(id: string): string;
  project(id: string): string;
  integration(id: string): string | null;
};

const environment = z.object({
  ...{ id: z.string(), name: z.string(), slug: z.string() },
  ...{ position: z.number(), critical: z.boolean() },
});

const project = z.object({
  ...{ name: z.string(), slug: z.string(), archived: z.boolean().default(false) },
  environments: z.array(environment),
  requesterRoles: z.array(z.object({ id: z.string(), name: z.string() })),
});

const integration = z.object({
  ...{ name: z.string(), slug: z.string(), deployer: z.string(), archived: z.boolean().default(false) },
  compareUrl: z.string().nullable().default(null),
});

const role = z.object({
  name: z.string(),
  groupId: z.string().nullable().default(null),
  holdings: z.array(z.object({ memberId: z.string(), projectId: z.string().nullable().default(null) })),
});

const workflow = z.object({
  ...{ enabled: z.boolean(), roleIds: z.array(z.string()), assigneeIds: z.array(z.string()) },
  options: z.record(z.string(), z.unknown()),
});

const webhook = z.object({ url: z.string(), silenceMinutes: z.number() });

const token = z.object({
  name: z.string(),
  scopes: z.array(z.string()),
  endsAt: z.string().nullish(),
});

/** The schemas and facts of the settings, by what the audit log calls them before the colon. */
const readers: Record<string, (stored: unknown, names: Names) => Fact[] | undefined> = {
  project: (stored) => {
    const { data } = project.safeParse(stored);
    return (
      data && [
        ...namedFacts(data),
        {
          label: "requesters",
          value: listed(
            data.requesterRoles.map(({ name }) => name),
            "everyone",
          ),
        },
        { label: "environments", value: listed(data.environments.map(environmentWords)) },
      ]
    );
  },
  integration: (stored) => {
    const { data } = integration.safeParse(stored);
    return (
      data && [
        ...namedFacts(data),
        { label: "deployer", value: data.deployer },
        { label: "compare link", value: data.compareUrl ?? "none" },
      ]
    );
  },
  role: (stored, names) => {
    const { data } = role.safeParse(stored);
    return (
      data && [
        { label: "name", value: data.name },
        { label: "user group", value: data.groupId ?? "none" },
        { label: "people", value: listed(holderWords(data.holdings, names)) },
      ]
    );
  },
  workflow: (stored, names) => {
    const { data } = workflow.safeParse(stored);
    return data && workflowFacts(data, names);
  },
  webhook: (stored) => {
    const { data } = webhook.safeParse(stored);
    return (
      data && [
        { label: "address", value: data.url },
        { label: "report timeout", value: `${data.silenceMinutes} minutes` },
      ]
    );
  },
  token: (stored) => {
    const { data } = token.safeParse(stored);
    return (
      data && [
        { label: "scopes", value: data.scopes.join(", ") },
        ...(data.endsAt ? [{ label: "end", value: data.endsAt }] : []),
      ]
    );
  },
};

const listed = (values: readonly string[], none = "none"): string => values.join(", ") || none;

/** Returns who holds a role, and in which projects if not in all: "Ada", "Bob (Commerce, Payments)". */
function holderWords(holdings: z.infer<typeof role>["holdings"], names: Names): string[] {
  const holders = [...new Set(holdings.map(({ memberId }) => memberId))];
  return holders.map((id) => {
    const places = holdings.filter(({ memberId }) => memberId === id).map(({ projectId }) => projectId);
    const within = places.flatMap((projectId) => (projectId === null ? [] : names.project(projectId))).sort();
    const { name } = names.person(id);
    return within.length < places.length ? name : `${name} (${within.join(", ")})`;
  });
}

/** Returns the name of an environment, with its slug where the name does not give it away. */
function environmentWords({ name, slug, critical }: z.infer<typeof environment>): string {
  const notes = [...(slugOf(name) === slug ? [] : [slug]), ...(critical ? ["critical"] : [])];
  return notes.length === 0 ? name : `${name} (${notes.join(", ")})`;
}

const namedFacts = ({ name, slug, archived }: { name: string; slug: string; archived: boolean }): Fact[] => [
  { label: "name", value: name },
  { label: "short name", value: slug },
  { label: "archived", value: archived ? "yes" : "no" },
];

function workflowFacts(
  { enabled, roleIds, assigneeIds, options }: z.infer<typeof workflow>,
  names: Names,
): Fact[] {
  const chosen = Object.entries(options).filter(([name]) => name !== "v");
  return [
    { label: "", value: enabled ? "on" : "off" },
    { label: "roles", value: listed(roleIds.map(names.role)) },
    { label: "assignees", value: listed(assigneeIds.map((id) => names.person(id).name)) },
    ...chosen.map(([name, value]) => ({ label: optionLabel(name), value: optionValue(value) })),
  ];
}

/** Returns the name of an option in words: `requiredApprovals` → "required approvals". */
const optionLabel = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const cardsTo = z.object({ kind: z.string(), channelName: z.string().optional() });

function optionValue(value: unknown): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  const { data } = cardsTo.safeParse(value);
  if (data === undefined) return String(value);
  return data.channelName === undefined ? data.kind : `#${data.channelName}`;
}

const kindOf = (subject: string): string => subject.split(":")[0] ?? "";

/** Returns the facts of a stored version of a setting; none if there is none or it cannot be read. */
export function readFacts(subject: string, stored: unknown, names: Names): Fact[] {
  return readers[kindOf(subject)]?.(stored, names) ?? [];
}

/** Returns the name in a stored version of a setting; null if it has none. */
export function titleOf(stored: unknown): string | null {
  return z.object({ name: z.string() }).safeParse(stored).data?.name ?? null;
}

/** Returns the name of what a setting belongs to, if it has none itself; else null. */
export function ownerOf(subject: string, names: Names): string | null {
  const [kind, id = ""] = subject.split(":");
  return kind === "webhook" ? names.integration(id) : null;
}

const workflowOff = { enabled: false, options: { gate: "every" } } as const;

/** R1, R14: returns whether a change of a project or an integration lowered a guard. */
export function lowersGuard(subject: string, before: unknown, after: unknown): boolean {
  if (kindOf(subject) === "integration") {
    const [was, is] = [integration.safeParse(before).data, integration.safeParse(after).data];
    return was !== undefined && is !== undefined && loweredDeployer(was, is).length > 0;
  }
  const [was, is] = [project.safeParse(before).data, project.safeParse(after).data];
  if (kindOf(subject) !== "project" || was === undefined || is === undefined) return false;
  const environments = was.environments.map((one) => ({ ...one, archived: false }));
  return (
    loweredInPipeline(environments, is.environments, workflowOff).length > 0 ||
    loweredRequesters(was.requesterRoles, is.requesterRoles).length > 0
  );
}
