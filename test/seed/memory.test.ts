import { beforeEach, describe, expect, test } from "vitest";
import { listEnvironments } from "../../db/catalog/environments.ts";
import { listProjects } from "../../db/catalog/projects.ts";
import * as roles from "../../db/people/roles.ts";
import * as workflows from "../../db/workflow/workflow.ts";
import type { Environment } from "../../src/domain/catalog/pipeline.ts";
import { member } from "../../src/domain/shared/actor.ts";
import type { WorkflowOptions } from "../../src/domain/workflow/workflow.ts";
import { archiveProject } from "../../src/usecases/catalog/archive-project.ts";
import { saveIntegration } from "../../src/usecases/catalog/save-integration.ts";
import { savePipeline } from "../../src/usecases/catalog/save-pipeline.ts";
import { saveProject } from "../../src/usecases/catalog/save-project.ts";
import { deleteRole } from "../../src/usecases/people/delete-role.ts";
import { createRole, saveRole } from "../../src/usecases/people/save-role.ts";
import { saveWorkflow } from "../../src/usecases/workflow/save-workflow.ts";
import { accepted } from "../support/catalog.ts";
import { freshSeedFiles } from "../support/seed-files.ts";

const { files } = freshSeedFiles();
beforeEach(async () => {
  await files.load(base);
});

const base = `
roles:
  - { name: Admin, members: [ada@acme.example] }
  - { name: Reviewers, members: [bob@acme.example, carol@acme.example, { email: dana@acme.example, projects: [trade] }] }
  - { name: Leads, members: [dana@acme.example] }
  - { name: On-call, group: on-call, projects: [commerce, trade] }
projects:
  - slug: commerce
    name: Commerce
    requesters: [Reviewers]
    environments:
      - { slug: dev, name: Development }
      - { slug: staging, name: Staging }
      - { slug: production, name: Production, critical: true }
    integrations: [{ slug: orders, name: Orders, compareUrl: "https://git.example/{from}...{to}" }]
  - { slug: trade, name: Trade, environments: [{ slug: dev, name: Development }] }
workflow: { enabled: true, roles: [Reviewers], options: { requiredApprovals: 1 } }
`;
const withText = (from: string, to: string) => base.replace(from, () => to);

const db = () => files.context.db;
const by = () => ({ organizationId: files.organizationId, actor: member("UADA"), surface: "slack" as const });
const roleNames = async () => (await roles.list(db(), files.organizationId)).map(({ name }) => name).sort();

async function project(slug: string) {
  const found = (await listProjects(db(), files.organizationId)).find((one) => one.slug === slug);
  if (found === undefined) throw new Error(`There is no project ${slug}`);
  const { id: projectId, version } = found;
  return { ...by(), projectId, version };
}

async function role(name: string) {
  const found = (await roles.list(db(), files.organizationId)).find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no role ${name}`);
  const { id: roleId, version, groupProjectIds } = found;
  return { ...by(), roleId, version, groupProjectIds };
}

const archive = async (slug: string) => accepted(await archiveProject(files.context, await project(slug)));

const renameRole = async (from: string, name: string) =>
  accepted(await saveRole(files.context, { ...(await role(from)), name, holders: null }));

async function setMembers(name: string, memberIds: string[]): Promise<void> {
  const holders = { projectId: null, memberIds };
  accepted(await saveRole(files.context, { ...(await role(name)), name, holders }));
}

async function setOptions(options: Partial<WorkflowOptions>): Promise<void> {
  const current = await workflows.current(db(), files.organizationId);
  const workflow = { ...current, options: { ...current.options, ...options } };
  accepted(await saveWorkflow(files.context, { ...by(), workflow }));
}

const setPipeline = async (pipeline: (current: Environment[]) => Environment[]) =>
  accepted(await savePipeline(files.context, { ...(await project("commerce")), pipeline }));

async function order(): Promise<string[]> {
  const { projectId } = await project("commerce");
  return (await listEnvironments(db(), files.organizationId, projectId)).map(({ slug }) => slug);
}

describe("several files", () => {
  test("a file that says nothing about a setting does not change what another one said", async () => {
    await setOptions({ requiredApprovals: 2 });
    await files.load("workflow: { enabled: true }");
    expect(await files.print(base)).toContain("requiredApprovals stays 2; the file says 1");
  });

  test("a file that names some environments does not change what another one said about the order", async () => {
    await setPipeline(([dev, staging, production]) => [staging, dev, production].flatMap((one) => one ?? []));
    await files.load("projects: [{ slug: commerce, name: Commerce }]");
    await files.load("projects: [{ slug: commerce, environments: [{ slug: dev }, { slug: production }] }]");
    expect(await files.print(base)).toContain("order stays Staging → Development → Production");
  });

  test("a new environment that the file moves later is moved", async () => {
    const environments = (list: string) =>
      `projects: [{ slug: commerce, environments: [${list}, { slug: staging }, { slug: production }] }]`;
    await files.load(environments("{ slug: dev }, { slug: qa, name: QA }"));
    expect(await order()).toEqual(["dev", "qa", "staging", "production"]);
    await files.load(environments("{ slug: qa }, { slug: dev }"));
    expect(await order()).toEqual(["qa", "dev", "staging", "production"]);
  });
});

describe("what was changed elsewhere stays while the file says the same", () => {
  test("a value that the file took away with none", async () => {
    const file = withText('"https://git.example/{from}...{to}"', "none");
    await files.load(file);
    const [orders] = (await files.rows()).integrations as unknown as { id: string }[];
    const seen = { name: "Orders", slug: "orders" };
    const input = { ...(await project("commerce")), ...seen, compareUrl: "https://x.example/{from}/{to}" };
    accepted(await saveIntegration(files.context, { ...input, integration: { id: orders?.id ?? "", seen } }));
    expect(await files.print(file)).toContain("compareUrl stays https://x.example");
  });

  test("slugs and names that were renamed back", async () => {
    const file = `
roles: [{ name: Approvers, previousName: Leads }]
projects: [{ slug: shop, previousSlug: commerce, environments: [{ slug: prod, previousSlug: production }] }]
`;
    await files.load(file);
    const requesterRoleIds = [(await role("Reviewers")).roleId];
    const details = { name: "Commerce", slug: "commerce", requesterRoleIds };
    accepted(await saveProject(files.context, { ...(await project("shop")), ...details }));
    await setPipeline((all) =>
      all.map((one) => (one.slug === "prod" ? { ...one, slug: "production" } : one)),
    );
    await renameRole("Approvers", "Leads");
    const printed = await files.print(file);
    for (const words of ["slug stays commerce", "slug stays production", "name stays Leads"]) {
      expect(printed).toContain(words);
    }
    expect(printed).toContain("Nothing to change.");
  });

  test("a role that was renamed is the same role wherever the file names it", async () => {
    await renameRole("Reviewers", "Approvers");
    const before = await files.rows();
    expect(await files.print(base)).toContain(
      "role Approvers: name stays Approvers; the file says Reviewers",
    );
    expect(await files.rows()).toEqual(before);
    await files.load("workflow: { roles: [Reviewers] }");
    await files.load(base, { force: true });
    expect(await roleNames()).toEqual(["Admin", "Leads", "On-call", "Reviewers"]);
  });

  test("a role that was deleted stays deleted and cannot be used, until --force creates it again", async () => {
    accepted(await deleteRole(files.context, await role("Leads")));
    const before = await files.rows();
    expect(await files.print(base)).toContain("role Leads: the role stays deleted");
    expect(await files.rows()).toEqual(before);
    const file = withText("roles: [Reviewers]", "roles: [Reviewers, Leads]");
    expect(await files.refused(file)).toContain("line 17: The role Leads was deleted since");
    await files.load(file, { force: true });
    expect(await roleNames()).toContain("Leads");
  });

  test("a role that the file deleted and an admin made again stays, and the file can create it again, too", async () => {
    const file = withText("Leads, members: [dana@acme.example]", "Leads, deleted: true");
    await files.load(file);
    expect(await roleNames()).toEqual(["Admin", "On-call", "Reviewers"]);
    const holders = { projectId: null, memberIds: ["UDANA"] };
    accepted(await createRole(files.context, { ...by(), name: "Leads", holders }));
    expect(await files.print(file)).toContain("role Leads: deleted stays no; the file says yes");
    await files.load(file, { force: true });
    await files.load(base);
    expect(await roleNames()).toContain("Leads");
  });

  test("members that were replaced after one of them left, without the ones who left", async () => {
    await setMembers("Reviewers", ["UBOB", "UDANA"]);
    files.slack.users = files.slack.users.map((user) =>
      user.real_name === "carol" ? { ...user, deleted: true } : user,
    );
    const printed = await files.print(base, { skipMissingPeople: true });
    expect(printed).toContain("role Reviewers: members stays bob, dana, dana (Trade)");
  });

  test("members that were changed while one of their projects was archived", async () => {
    await archive("trade");
    await setMembers("Reviewers", ["UBOB"]);
    expect(await files.print(base)).toContain("members stays bob; the file says bob, carol");
  });
});

describe("roles that follow a user group", () => {
  test("a file gives them members of their own when it unbinds them", async () => {
    await files.load("roles: [{ name: On-call, group: none, members: [bob@acme.example] }]");
    expect((await files.rows()).role_holdings).toContainEqual(
      expect.objectContaining({ member_id: "UBOB", role_id: (await role("On-call")).roleId }),
    );
  });

  test("they stay bound for an archived project that the file still names", async () => {
    await archive("trade");
    expect(await files.print(base)).toContain("Nothing to change.");
    expect((await role("On-call")).groupProjectIds).toHaveLength(2);
  });
});

describe("one file", () => {
  test("a former name is free for a new role", async () => {
    const file = withText("name: Reviewers,", "name: Approvers, previousName: Reviewers,").replace(
      "name: Leads,",
      "name: Reviewers,",
    );
    await files.load(file);
    expect(await roleNames()).toEqual(["Admin", "Approvers", "Leads", "On-call", "Reviewers"]);
    expect(await files.print(file)).toContain("Nothing to change.");
  });

  test("one role under its present and its former name is a fault", async () => {
    await renameRole("Leads", "Chiefs");
    const file = withText("  - { name: Leads", "  - { name: Chiefs }\n  - { name: Leads");
    expect(await files.refused(file)).toContain("line 6: The role Leads is there twice");
  });
});
