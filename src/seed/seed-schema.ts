import { z } from "zod";
import { isSlug, nameLimits } from "../domain/catalog/catalog.ts";
import { silenceLimits } from "../domain/deployments/deployment.ts";
import { compareLink } from "../domain/requests/comparison.ts";
import { cleanName } from "../domain/shared/clean-text.ts";
import { seedOptions } from "../lib/workflow-options.ts";

const slug = z.string().refine(isSlug, "takes lower-case letters, digits and hyphens, at most 63");

/** The use cases check new and changed names. One that is stored already may have been taken by an earlier version. */
const name = z.string().trim().min(1).max(nameLimits.name);

const email = z.email({ error: "is not an email address" });

const link = z.url({ protocol: /^https?$/, error: "is not a web address" }).max(nameLimits.link);

/** Without the spaces around it, as the API takes it. */
const buildId = z.string().trim().min(1).max(200);

/** A build's details are cut to what is stored, never refused. */
const commit = z.strictObject({
  hash: z.string().trim().min(1),
  message: z.string(),
  author: z.string().optional(),
  link: link.optional(),
});

const build = z.strictObject({
  id: buildId,
  version: z.string().trim().overwrite(cleanName).min(1, "shows nothing").max(nameLimits.version),
  digest: z.string().trim().max(200).optional(),
  commit: z.string().trim().max(nameLimits.commit).optional(),
  link: link.optional(),
  author: z.string().optional(),
  builtAt: z.iso.datetime({ offset: true, error: "is not a time such as 2026-03-02T09:00:00Z" }).optional(),
  commits: z.array(commit).optional(),
});

const compareUrl = link.refine(
  (text) => compareLink(text, "a", "b") !== null && text.includes("{from}") && text.includes("{to}"),
  "needs {from} and {to} for the two commits, after the host",
);

/** The word that removes a value: an empty one could be a mistake. */
const none = z.literal("none").transform(() => null);

const item = { slug, previousSlug: slug.optional(), name: name.optional(), archived: z.boolean().optional() };

const environment = z.strictObject({ ...item, critical: z.boolean().optional() });

export const integrationSchema = z.strictObject({
  ...item,
  deployer: z.enum(["record", "webhook"]).optional(),
  webhook: z
    .strictObject({
      url: z.string().optional(),
      reportTimeoutMinutes: z.int().min(silenceLimits.least).max(silenceLimits.most).optional(),
    })
    .optional(),
  compareUrl: z.union([none, z.null(), compareUrl]).optional(),
  builds: z.array(build).optional(),
  live: z.record(slug, buildId).optional(),
});

/** A project. Its integrations are checked one by one, so that a fault in one does not hide those of the others. */
export const projectSchema = z.strictObject({
  ...item,
  requesters: z.array(name).optional(),
  environments: z.array(environment).optional(),
  integrations: z.array(z.unknown()).optional(),
});

export const roleSchema = z
  .strictObject({
    name,
    previousName: name.optional(),
    deleted: z.boolean().optional(),
    members: z
      .array(z.union([email, z.strictObject({ email, projects: z.array(slug).min(1).optional() })]))
      .optional(),
    group: z.union([none, z.null(), z.string().min(1)]).optional(),
    projects: z.array(slug).optional(),
  })
  .refine(({ group, members }) => !group || members === undefined, {
    path: ["members"],
    error: "cannot be given for a role that follows a user group: its members are those of the group",
  })
  .refine(({ group, projects }) => projects === undefined || group, {
    path: ["projects"],
    error: "are those in which the members of a user group hold the role: give its `group`, too",
  });

export const workflowSchema = z.strictObject({
  enabled: z.boolean().optional(),
  roles: z.array(name).optional(),
  assignees: z.array(email).optional(),
  options: z.strictObject({ ...seedOptions, cardsTo: z.string().min(1).optional() }).optional(),
});

/** The whole file. What the lists contain is checked one by one. */
export const fileSchema = z.strictObject({
  roles: z.array(z.unknown()).optional(),
  projects: z.array(z.unknown()).optional(),
  workflow: z.unknown().optional(),
});

export type FileRole = z.infer<typeof roleSchema>;
export type FileIntegration = z.infer<typeof integrationSchema>;
export type FileProject = Omit<z.infer<typeof projectSchema>, "integrations">;
export type FileWorkflow = z.infer<typeof workflowSchema>;
