import { parseDocument } from "yaml";
import { z } from "zod";
import { compareLink } from "../domain/requests/comparison.ts";

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "takes lower-case letters, digits and hyphens, at most 63");
const name = z.string().trim().min(1).max(100);
const email = z.email();

const link = z.url({ protocol: /^https?$/ }).max(2000);

const commit = z.strictObject({
  hash: z.string().min(1).max(100),
  message: z.string().max(2000),
  author: z.string().max(100).optional(),
  link: link.optional(),
});

const build = z.strictObject({
  id: z.string().min(1).max(200),
  version: z.string().min(1).max(100),
  digest: z.string().max(200).optional(),
  commit: z.string().max(100).optional(),
  link: link.optional(),
  author: z.string().max(100).optional(),
  commits: z.array(commit).max(100).optional(),
});

const compareUrl = link.refine(
  (text) => compareLink(text, "a", "b") !== null && text.includes("{from}") && text.includes("{to}"),
  "needs {from} and {to} for the two commits, after the host",
);

const project = z.strictObject({
  slug,
  name,
  requesters: z.array(name).default([]),
  environments: z
    .array(z.strictObject({ slug, name, critical: z.boolean().default(false) }))
    .min(1)
    .max(20),
  integrations: z
    .array(
      z.strictObject({
        slug,
        name,
        deployer: z.enum(["record"]).optional(),
        compareUrl: compareUrl.optional(),
        builds: z.array(build).default([]),
        live: z.record(slug, z.string()).default({}),
      }),
    )
    .default([]),
});

const options = z.strictObject({
  gate: z.enum(["every", "critical"]).optional(),
  requiredApprovals: z.int().min(1).max(20).optional(),
  selfReview: z.boolean().optional(),
  commentOnReject: z.boolean().optional(),
  pendingDays: z.int().min(1).max(365).optional(),
  unfinishedDays: z.int().min(1).max(365).optional(),
  reminderHours: z.int().min(1).max(720).optional(),
});

const seed = z.strictObject({
  roles: z
    .array(
      z.strictObject({
        name,
        members: z
          .array(z.union([email, z.strictObject({ email, projects: z.array(slug).min(1) })]))
          .default([]),
      }),
    )
    .default([]),
  projects: z.array(project).default([]),
  workflow: z
    .strictObject({
      enabled: z.boolean(),
      roles: z.array(name).default([]),
      assignees: z.array(email).default([]),
      options: options.default({}),
    })
    .optional(),
});

export type Seed = z.infer<typeof seed>;

/** The seed file cannot be loaded; the message names every fault. Nothing was changed. */
export class SeedError extends Error {
  override readonly name = "SeedError";

  constructor(faults: readonly string[]) {
    super(
      `The seed file has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    );
  }
}

/** Parses a seed file's YAML and checks that what it refers to is in it. Throws SeedError with every fault. */
export function parseSeed(text: string): Seed {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) throw new SeedError(document.errors.map((error) => error.message));
  const parsed = seed.safeParse(read(document) ?? {});
  if (!parsed.success) {
    throw new SeedError(
      parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`),
    );
  }
  const faults = [...projectFaults(parsed.data), ...workflowFaults(parsed.data)];
  if (faults.length > 0) throw new SeedError(faults);
  return parsed.data;
}

/** An alias that leads nowhere, or whose copies would never end, is found only here. */
function read(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new SeedError([error instanceof Error ? error.message : String(error)]);
  }
}

/** Everybody the file names, by email, in lower case. */
export function emailsIn({ roles, workflow }: Seed): string[] {
  const members = roles.flatMap((role) =>
    role.members.map((member) => (typeof member === "string" ? member : member.email)),
  );
  return [...new Set([...members, ...(workflow?.assignees ?? [])].map((address) => address.toLowerCase()))];
}

function projectFaults({ roles, projects }: Seed): string[] {
  const faults = [
    ...repeated(
      "project",
      projects.map(({ slug }) => slug),
    ),
    ...repeated(
      "role",
      roles.map((role) => role.name),
    ),
  ];
  const slugs = new Set(projects.map(({ slug }) => slug));
  for (const role of roles) {
    for (const member of role.members) {
      if (typeof member === "string") continue;
      for (const wanted of member.projects) {
        if (!slugs.has(wanted)) faults.push(`role ${role.name}: there is no project ${wanted} in this file`);
      }
    }
  }
  for (const { slug: at, environments, integrations } of projects) {
    faults.push(
      ...repeated(
        `${at}: environment`,
        environments.map((environment) => environment.slug),
      ),
    );
    faults.push(
      ...repeated(
        `${at}: integration`,
        integrations.map((integration) => integration.slug),
      ),
    );
    for (const integration of integrations) {
      const where = `${at}/${integration.slug}`;
      faults.push(
        ...repeated(
          `${where}: build`,
          integration.builds.map((one) => one.id),
        ),
      );
      for (const [environment, id] of Object.entries(integration.live)) {
        if (!environments.some((one) => one.slug === environment))
          faults.push(`${where}: there is no environment ${environment}`);
        if (!integration.builds.some((one) => one.id === id))
          faults.push(`${where}: there is no build ${id}`);
      }
    }
  }
  return faults;
}

function workflowFaults({ roles, projects, workflow }: Seed): string[] {
  const names = new Set(["Admin", ...roles.map((role) => role.name)]);
  const wanted = [...(workflow?.roles ?? []), ...projects.flatMap((one) => one.requesters)];
  const faults = wanted
    .filter((role) => !names.has(role))
    .map((role) => `there is no role ${role} in this file`);
  if (workflow?.enabled && workflow.roles.length === 0)
    faults.push("workflow: an enabled workflow needs roles");
  return faults;
}

function repeated(what: string, values: readonly string[]): string[] {
  return [...new Set(values.filter((value, i) => values.indexOf(value) !== i))].map(
    (value) => `${what} ${value} is there twice`,
  );
}
