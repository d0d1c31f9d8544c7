import { parseDocument } from "yaml";
import { z } from "zod";
import { compareLink } from "../domain/requests/comparison.ts";
import { seedOptions } from "../lib/workflow-options.ts";

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
      options: z.strictObject(seedOptions).default({}),
    })
    .optional(),
});

/** The content of a seed file, checked and with defaults filled in. */
export type Seed = z.infer<typeof seed>;

type SeedProject = Seed["projects"][number];

/** Thrown when a seed file cannot be loaded. The message names every fault. Nothing was changed. */
export class SeedError extends Error {
  override readonly name = "SeedError";

  constructor(faults: readonly string[]) {
    super(
      `The seed file has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    );
  }
}

/** Parses a seed file (YAML) and checks that everything it refers to is in it. Throws SeedError with every fault. */
export function parseSeed(text: string): Seed {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) throw new SeedError(document.errors.map((error) => error.message));
  const parsed = seed.safeParse(toPlainData(document) ?? {});
  if (!parsed.success) {
    throw new SeedError(
      parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`),
    );
  }
  const faults = [...projectFaults(parsed.data), ...workflowFaults(parsed.data)];
  if (faults.length > 0) throw new SeedError(faults);
  return parsed.data;
}

/** Unresolved aliases, and alias bombs, are detected only in this step. */
function toPlainData(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new SeedError([error instanceof Error ? error.message : String(error)]);
  }
}

/** Returns the email address of everyone in the file, in lower case, each once. */
export function emailsIn({ roles, workflow }: Seed): string[] {
  const members = roles.flatMap((role) =>
    role.members.map((member) => (typeof member === "string" ? member : member.email)),
  );
  return [...new Set([...members, ...(workflow?.assignees ?? [])].map((address) => address.toLowerCase()))];
}

function projectFaults({ roles, projects }: Seed): string[] {
  const slugs = projects.map((project) => project.slug);
  const roleNames = roles.map((role) => role.name);
  return [
    ...duplicates("project", slugs),
    ...duplicates("role", roleNames),
    ...roles.flatMap((role) => roleFaults(role, slugs)),
    ...projects.flatMap(pipelineFaults),
  ];
}

function roleFaults({ name, members }: Seed["roles"][number], projectSlugs: readonly string[]): string[] {
  return members
    .flatMap((member) => (typeof member === "string" ? [] : member.projects))
    .filter((slug) => !projectSlugs.includes(slug))
    .map((slug) => `role ${name}: there is no project ${slug} in this file`);
}

function pipelineFaults({ slug, environments, integrations }: SeedProject): string[] {
  const environmentSlugs = environments.map((environment) => environment.slug);
  const integrationSlugs = integrations.map((integration) => integration.slug);
  return [
    ...duplicates(`${slug}: environment`, environmentSlugs),
    ...duplicates(`${slug}: integration`, integrationSlugs),
    ...integrations.flatMap((integration) =>
      integrationFaults(`${slug}/${integration.slug}`, integration, environmentSlugs),
    ),
  ];
}

function integrationFaults(
  path: string,
  { builds, live }: SeedProject["integrations"][number],
  environmentSlugs: readonly string[],
): string[] {
  const buildIds = builds.map((build) => build.id);
  const liveFaults = Object.entries(live).flatMap(([environment, id]) => [
    ...(environmentSlugs.includes(environment) ? [] : [`${path}: there is no environment ${environment}`]),
    ...(buildIds.includes(id) ? [] : [`${path}: there is no build ${id}`]),
  ]);
  return [...duplicates(`${path}: build`, buildIds), ...liveFaults];
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

function duplicates(what: string, values: readonly string[]): string[] {
  return [...new Set(values.filter((value, i) => values.indexOf(value) !== i))].map(
    (value) => `${what} ${value} is there twice`,
  );
}
