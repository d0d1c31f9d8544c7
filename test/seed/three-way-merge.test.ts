import { beforeEach, describe, expect, test } from "vitest";
import { listEnvironments } from "../../db/catalog/environments.ts";
import { listProjects } from "../../db/catalog/projects.ts";
import * as roles from "../../db/people/roles.ts";
import * as workflows from "../../db/workflow/workflow.ts";
import { member } from "../../src/domain/shared/actor.ts";
import type { WorkflowOptions } from "../../src/domain/workflow/workflow.ts";
import { archiveIntegration } from "../../src/usecases/catalog/archive-integration.ts";
import { saveIntegration } from "../../src/usecases/catalog/save-integration.ts";
import { savePipeline } from "../../src/usecases/catalog/save-pipeline.ts";
import { saveProject } from "../../src/usecases/catalog/save-project.ts";
import { saveRole } from "../../src/usecases/people/save-role.ts";
import { saveWorkflow } from "../../src/usecases/workflow/save-workflow.ts";
import { accepted } from "../support/catalog.ts";
import { freshSeedFiles } from "../support/seed-files.ts";

const { database, files } = freshSeedFiles();

const base = `
roles:
  - { name: Admin, members: [ada@acme.example] }
  - { name: Reviewers, members: [ada@acme.example, bob@acme.example, carol@acme.example] }
projects:
  - slug: commerce
    name: Commerce
    requesters: [Reviewers]
    environments:
      - { slug: dev, name: Development }
      - { slug: staging, name: Staging, critical: false }
      - { slug: production, name: Production, critical: true }
    integrations:
      - slug: orders
        name: Orders
        builds: [{ id: b1, version: 1.0.0 }]
        live: { dev: b1 }
workflow:
  enabled: true
  roles: [Reviewers]
  options: { requiredApprovals: 1, commentOnReject: false }
`;

const by = () => ({ organizationId: files.organizationId, actor: member("UADA"), surface: "slack" as const });
const db = () => files.context.db;
const workflow = () => workflows.current(db(), files.organizationId);
const project = async () =>
  (await listProjects(db(), files.organizationId))[0] as { id: string; version: number };
const pipeline = async () => listEnvironments(db(), files.organizationId, (await project()).id);
const roleOf = async (name: string) =>
  (await roles.list(db(), files.organizationId)).find((role) => role.name === name) as roles.Role;

/** An admin changes options of the workflow in Settings. */
async function setOptions(options: Partial<WorkflowOptions>): Promise<void> {
  const current = await workflow();
  const next = { ...current, options: { ...current.options, ...options } };
  accepted(await saveWorkflow(files.context, { ...by(), workflow: next }));
}

/** An admin changes the pipeline in Settings. */
async function setPipeline(change: Parameters<typeof savePipeline>[1]["pipeline"]): Promise<void> {
  const { id: projectId, version } = await project();
  accepted(await savePipeline(files.context, { ...by(), projectId, version, pipeline: change }));
}

const withText = (from: string, to: string): string => {
  if (!base.includes(from)) throw new Error(`There is no ${from}`);
  return base.replace(from, to);
};

describe("what an admin changed since the last load", () => {
  test("R1: an unchanged file resets nothing, and names what stays", async () => {
    await files.load(base);
    await setOptions({ requiredApprovals: 2, commentOnReject: true, unfinishedDays: 30 });
    await setPipeline((current) => current.map((one) => ({ ...one, critical: one.slug !== "dev" })));
    const printed = await files.print(base);
    expect((await workflow()).options).toMatchObject({
      requiredApprovals: 2,
      commentOnReject: true,
      unfinishedDays: 30,
    });
    expect((await pipeline()).map(({ critical }) => critical)).toEqual([false, true, true]);
    expect(printed).toContain(
      "requiredApprovals stays 2; the file says 1 (changed elsewhere since the last load)",
    );
    expect(printed).toContain("environment commerce/staging: critical stays yes; the file says no");
    expect(printed).toContain("Nothing to change.");
    // Loading it once more names them again.
    expect(await files.print(base)).toBe(printed);
  });

  test("members of a role and requesters that were chosen in Settings stay", async () => {
    await files.load(base);
    const { id: roleId, version, name } = await roleOf("Reviewers");
    const holders = { projectId: null, memberIds: ["UADA", "UBOB"] };
    accepted(await saveRole(files.context, { ...by(), roleId, version, name, holders }));
    const { id: projectId, version: seen } = await project();
    const details = { name: "Trade", slug: "commerce", requesterRoleIds: [(await roleOf("Admin")).id] };
    accepted(await saveProject(files.context, { ...by(), projectId, version: seen, ...details }));
    const before = await files.rows();
    const printed = await files.print(base);
    expect(await files.rows()).toEqual(before);
    expect(printed).toContain("role Reviewers: members stays ada, bob; the file says ada, bob, carol");
    expect(printed).toContain("project commerce: name stays Trade; the file says Commerce");
    expect(printed).toContain("project commerce: requester roles stays Admin; the file says Reviewers");
  });

  test("a change of the file is loaded while the other settings stay", async () => {
    await files.load(base);
    await setOptions({ pendingDays: 20 });
    await files.load(withText("requiredApprovals: 1", "requiredApprovals: 2"));
    expect((await workflow()).options).toMatchObject({ requiredApprovals: 2, pendingDays: 20 });
  });

  test("the same change on both sides is none", async () => {
    await files.load(base);
    await setOptions({ requiredApprovals: 2 });
    const printed = await files.print(withText("requiredApprovals: 1", "requiredApprovals: 2"));
    expect(printed).toBe("Nothing to change.\nLoaded seed.yml.");
  });

  test("different changes on both sides are a conflict with both values and the line, and --force loads the file", async () => {
    await files.load(base);
    await setOptions({ requiredApprovals: 3 });
    await setPipeline((current) =>
      current.map((one) => (one.slug === "dev" ? { ...one, name: "Sandbox" } : one)),
    );
    const file = withText("requiredApprovals: 1", "requiredApprovals: 2").replace(
      "name: Development",
      "name: Dev",
    );
    const why = await files.refused(file);
    expect(why).toContain("The seed file has 2 faults");
    expect(why).toContain(
      "line 10: environment commerce/dev: name was Development when a file was last loaded. Now the file says Dev, and Signoff has Sandbox.",
    );
    expect(why).toMatch(
      /line 21: Environment Promotion: requiredApprovals was 1 .* says 2, and Signoff has 3\./,
    );
    expect(await files.refused(file, { dryRun: true })).toBe(why);
    await files.load(file, { force: true });
    expect((await workflow()).options.requiredApprovals).toBe(2);
    expect((await pipeline())[0]?.name).toBe("Dev");
  });

  test("a value that the file says anew conflicts with a change since the last load, though the file said nothing before", async () => {
    await files.load(base);
    await setOptions({ pendingDays: 20 });
    const file = withText("requiredApprovals: 1", "requiredApprovals: 1, pendingDays: 5");
    expect(await files.refused(file)).toContain("pendingDays was 7");
    await files.load(withText("requiredApprovals: 1", "requiredApprovals: 1, unfinishedDays: 5"));
    expect((await workflow()).options).toMatchObject({ pendingDays: 20, unfinishedDays: 5 });
  });

  test("what was archived elsewhere stays archived with everything in it, and archived: false restores it", async () => {
    await files.load(base);
    const { id: projectId } = await project();
    const [orders] = (await files.rows()).integrations as unknown as { id: string }[];
    accepted(
      await archiveIntegration(files.context, { ...by(), projectId, integrationId: orders?.id ?? "" }),
    );
    expect(await files.print(base)).toContain("integration commerce/orders: is archived and stays so");
    await files.load(withText("slug: orders", "slug: orders\n        archived: false"));
    expect((await files.rows()).integrations).toEqual([expect.objectContaining({ archived_at: null })]);
  });

  test("a rename in Settings stays, and the file still means the renamed one", async () => {
    await files.load(base);
    const { id: projectId } = await project();
    const [orders] = (await files.rows()).integrations as unknown as { id: string }[];
    const seen = { name: "Orders", slug: "orders" };
    const integration = { id: orders?.id ?? "", seen };
    accepted(
      await saveIntegration(files.context, {
        ...by(),
        projectId,
        name: "Sales",
        slug: "orders",
        integration,
      }),
    );
    expect(await files.print(base)).toContain(
      "integration commerce/orders: name stays Sales; the file says Orders",
    );
  });
});

describe("the first load after an upgrade, of which nothing is remembered", () => {
  beforeEach(async () => {
    await files.load(base);
    await setOptions({ requiredApprovals: 3 });
    await database.database.sql`delete from seed_values where organization_id = ${files.organizationId}`;
  });

  test("every stored value that differs stays, and is named", async () => {
    const file = withText("name: Staging", "name: Stage").replace(
      "Reviewers, members: [ada@acme.example, ",
      "Reviewers, members: [",
    );
    const printed = await files.print(file);
    expect(printed).toContain(
      "requiredApprovals stays 3; the file says 1 (no earlier load of a file is remembered)",
    );
    expect(printed).toContain("environment commerce/staging: name stays Staging; the file says Stage");
    expect(printed).toContain("role Reviewers: members stays ada, bob, carol; the file says bob, carol");
    expect(printed).toContain("--force");
    expect((await workflow()).options.requiredApprovals).toBe(3);
  });

  test("--force loads the file", async () => {
    await files.load(base, { force: true });
    expect((await workflow()).options.requiredApprovals).toBe(1);
  });

  test("from then on, a change of the file is loaded", async () => {
    await files.load(base);
    await setOptions({ requiredApprovals: 1 });
    await files.load(withText("requiredApprovals: 1", "requiredApprovals: 2"));
    expect((await workflow()).options.requiredApprovals).toBe(2);
  });
});

describe("a missing key leaves a setting as it is, and a list is the whole list", () => {
  test("what the file leaves out stays", async () => {
    await files.load(base);
    const before = await files.rows();
    await files.load("projects: [{ slug: commerce, environments: [{ slug: staging }] }]");
    await files.load("roles: [{ name: Reviewers }, { name: admin }]");
    await files.load("workflow: {}");
    const after = await files.rows();
    expect({ ...after, seed_values: [] }).toEqual({ ...before, seed_values: [] });
  });

  test("an empty list of requesters opens the project, and one of members empties the role, because the file says so", async () => {
    await files.load(base);
    await files.load(
      "projects: [{ slug: commerce, requesters: [] }]\nworkflow: { enabled: false }\nroles: [{ name: Reviewers, members: [] }]",
    );
    const rows = await files.rows();
    expect(rows.requester_roles).toEqual([]);
    expect(rows.role_holdings).toHaveLength(1);
  });

  test("an environment that the file leaves out keeps its place, and a new one comes where the file puts it", async () => {
    await files.load(base);
    const environments = [
      "{ slug: dev }",
      "{ slug: qa, name: QA }",
      "{ slug: production }",
      "{ slug: dr, name: Recovery, critical: true }",
    ];
    await files.load(`projects: [{ slug: commerce, environments: [${environments.join(", ")}] }]`);
    expect((await pipeline()).map(({ slug }) => slug)).toEqual(["dev", "qa", "staging", "production", "dr"]);
  });

  test("the order of environments is a setting like others", async () => {
    await files.load(base);
    await setPipeline(([dev, staging, production]) => [staging, dev, production].flatMap((one) => one ?? []));
    expect(await files.print(base)).toContain(
      "project commerce: order stays Staging → Development → Production; the file says Development → Staging → Production",
    );
    await files.load(base, { force: true });
    expect((await pipeline()).map(({ slug }) => slug)).toEqual(["dev", "staging", "production"]);
  });
});
