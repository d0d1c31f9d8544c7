import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { auditLog, changeDigests, outbox } from "../../db/schema/index.ts";
import { system } from "../../src/domain/shared/actor.ts";
import { getSettingsDigest } from "../../src/queries/delivery/get-settings-digest.ts";
import { digestMessage } from "../../src/slack/messages/digest-message.ts";
import { createProject } from "../../src/usecases/catalog/create-project.ts";
import { saveProject } from "../../src/usecases/catalog/save-project.ts";
import { reportUntold } from "../../src/usecases/delivery/tell-admins.ts";
import { checkDigest, tellSettingsChanges } from "../../src/usecases/delivery/tell-settings-changes.ts";
import { createToken } from "../../src/usecases/tokens/create-token.ts";
import { startApiFixture } from "../support/api/fixture.ts";
import { accepted, by, commerce, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { projectReads } from "../support/projects.ts";
import { seedFiles } from "../support/seed-files.ts";
import { eventually, textOf } from "../support/test-stack.ts";
import { type ApiFixture, apiFixture } from "../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

/** A catalog whose setup the admins were told about long ago. */
async function quietFixture(): Promise<ApiFixture> {
  const fixture = await apiFixture(database);
  const { db } = database.database;
  const ofOrganization = eq(changeDigests.organizationId, fixture.organizationId);
  const throughId = sql`(select max(id) from ${auditLog} where organization_id = ${fixture.organizationId})`;
  await db
    .update(changeDigests)
    .set({ throughId, sentAt: new Date(0) })
    .where(ofOrganization);
  return fixture;
}

const digestPayload = z.object({
  ...{ digest: z.literal("send"), recipientId: z.string(), keys: z.array(z.string()) },
  ...{ afterId: z.number(), throughId: z.number() },
});

/** Returns the digests that are on their way to an admin. */
const sentOf = async (fixture: ApiFixture) =>
  (await fixture.outbox("send-admin-message")).flatMap(({ payload }) => {
    const { data } = digestPayload.safeParse(payload);
    return data === undefined ? [] : [data];
  });

const tell = ({ context, organizationId }: ApiFixture) => tellSettingsChanges(context, organizationId);

async function words(
  fixture: Pick<ApiFixture, "context" | "organizationId">,
  range: { afterId: number; throughId: number },
): Promise<string> {
  const { context, organizationId } = fixture;
  const message = digestMessage(await getSettingsDigest(context.db, organizationId, range));
  return message === null ? "" : textOf(message);
}

/** Tells the admins, and returns the text of the newest digest. */
async function told(fixture: ApiFixture): Promise<string> {
  expect(await tell(fixture)).toEqual({ againMs: null });
  const last = (await sentOf(fixture)).at(-1);
  if (last === undefined) throw new Error("No digest was sent");
  return words(fixture, last);
}

const pipeline = [
  { slug: "a", name: "A" },
  { slug: "b", name: "B", critical: true },
];

const putProjects = async (fixture: ApiFixture, count: number) => {
  for (let i = 0; i < count; i++) {
    await fixture.put(`/projects/p${i}`, { name: `Project ${i}`, pipeline });
  }
};

describe("the admins are told what a token, a file, or the command line changed", () => {
  test("many calls are one message, that says who, what, and where the rest is", async () => {
    const fixture = await quietFixture();
    await putProjects(fixture, 12);
    const plans = (await fixture.outbox("check-warning")).filter(({ key }) => key === "digest");
    expect(plans).toHaveLength(1);
    const text = await told(fixture);
    expect(await sentOf(fixture)).toMatchObject([{ recipientId: idOf("ada") }]);
    expect(text).toMatch(/Token CI .*, made by ada/);
    expect(text).toContain(
      "Project Project 0 created: short name p0; requesters everyone; environments A, B (critical)",
    );
    expect(text).toContain("… and 2 more changes. The audit log has all of them.");
    expect(text).not.toContain("Project 10");
    expect(await tell(fixture)).toEqual({ againMs: null });
    expect(await sentOf(fixture)).toHaveLength(1);
  });

  test("what follows within five minutes waits for them, and is told once", async () => {
    const fixture = await quietFixture();
    await putProjects(fixture, 1);
    await told(fixture);
    await putProjects(fixture, 2);
    fixture.later({ ms: 100_000 });
    expect(await tell(fixture)).toEqual({ againMs: 200_000 });
    fixture.later({ ms: 200_000 });
    const text = await told(fixture);
    expect(text).toContain("Project 1 created");
    expect(text).not.toContain("Project 0 created");
  });

  test("a change says before and after", async () => {
    const fixture = await quietFixture();
    const [development, staging, production] = commerce.environments;
    const renamed = { slug: "prod", name: "Prod", previousSlug: "production" };
    const stage = { ...staging, critical: true };
    await fixture.put("/projects/commerce", {
      ...{ name: "Shop", requesterRoles: ["Reviewer"] },
      pipeline: [development, stage, renamed],
    });
    const at = "/projects/commerce/integrations/orders";
    await fixture.put(at, { name: "Orders", compareUrl: "https://git.example/{from}/{to}" });
    const text = await told(fixture);
    expect(production?.critical).toBe(true);
    expect(text).toContain(
      "Project Shop: name Commerce → Shop; requesters everyone → Reviewer; environments",
    );
    expect(text).toContain("Production (critical) → Development, Staging (critical), Prod (critical)");
    expect(text).toContain("Integration Orders: compare link none → https://git.example/{from}/{to}");
    expect(text).not.toContain("Lowers a guard");
  });

  test("a file that lowers a guard is named as such, ahead of many other changes; what an admin does in Slack is not told", async () => {
    const fixture = await quietFixture();
    const { organizationId, context } = fixture;
    const file = { organizationId, actor: system("seed file"), surface: "seed" as const };
    const reads = projectReads(database.database.db, organizationId);
    const projectId = await reads.projectId("commerce");
    const editing = async () => ({ projectId, version: (await reads.project(projectId)).version });
    const open = { name: "Commerce", slug: "commerce", requesterRoleIds: [] };
    const slack = { organizationId, actor: by("ada"), surface: "slack" as const };
    const guarded = { ...open, requesterRoleIds: [fixture.role("Reviewer")] };
    accepted(await saveProject(context, { ...slack, ...(await editing()), ...guarded }));
    expect(await fixture.outbox("check-warning")).toEqual([]);
    await putProjects(fixture, 12);
    accepted(await saveProject(context, { ...file, ...(await editing()), ...open }));
    const text = await told(fixture);
    expect(text).toContain("Seed file");
    expect(text).toContain("⚠️ Lowers a guard. Project Commerce: requesters Reviewer → everyone");
  });

  test("a file's roles and webhook say for which project and integration they are", async () => {
    const files = await seedFiles(database);
    await files.load(`
      roles: [{ name: Makers, members: [{ email: bob@acme.example, projects: [commerce] }, carol@acme.example] }]
      workflow: { enabled: true, roles: [Makers] }
      projects:
        - slug: commerce
          name: Commerce
          environments: [{ slug: dev, name: Dev }]
          integrations:
            - { slug: orders, name: Orders, deployer: webhook, webhook: { url: "https://deploy.example/hook" } }`);
    const entries = await database.database.db
      .select({ id: auditLog.id })
      .from(auditLog)
      .where(eq(auditLog.organizationId, files.organizationId));
    const ids = entries.map(({ id }) => Number(id));
    const range = { afterId: Math.min(...ids) - 1, throughId: Math.max(...ids) };
    const text = await words(files, range);
    expect(text).toContain("Webhook of Orders: address https://deploy.example/hook");
    expect(text).toMatch(/Role Makers: people carol → (bob \(Commerce\), carol|carol, bob \(Commerce\))/);
    expect(text).toMatch(/Environment Promotion: off → on; roles none → Makers/);
  });

  test("names that an earlier version stored cannot reorder what was before and after", async () => {
    const change = { action: "project.saved", name: "Shop", lowersGuard: false, refused: [], at: new Date() };
    const by = { kind: "system" as const, reason: "seed file" };
    const facts = [{ label: "name", before: "\u202eAda\nBob", after: "\u05d0" }];
    const message = digestMessage({ changes: [{ ...change, by, facts }], more: 0 });
    expect(textOf(message ?? { blocks: [] })).toContain("name Ada Bob → \u2068\u05d0\u2069");
  });

  test("names at their longest, full of characters that Slack escapes, fit in its limits", async () => {
    const fixture = await quietFixture();
    for (let i = 0; i < 12; i++) {
      const environments = Array.from({ length: 20 }, (_, n) => ({
        slug: `e${n}`,
        name: `${"&".repeat(90)} ${n}`,
      }));
      const body = { name: `${"<".repeat(90)} ${i}`, pipeline: environments };
      expect((await fixture.put(`/projects/p${i}`, body)).status).toBe(201);
    }
    await tell(fixture);
    const { context, organizationId } = fixture;
    const [sent] = await sentOf(fixture);
    if (sent === undefined) throw new Error("No digest was sent");
    const message = digestMessage(await getSettingsDigest(context.db, organizationId, sent));
    const sections = (message?.blocks ?? []).flatMap((block) =>
      block.type === "section" ? (block.text?.text.length ?? 0) : [],
    );
    expect(Math.max(...sections)).toBeLessThan(3_000);
    expect(textOf(message ?? { blocks: [] })).toMatch(/… and \d+ more changes\./);
  });

  test("a token that the command line makes is told", async () => {
    const fixture = await quietFixture();
    const { organizationId, context } = fixture;
    const commandLine = { organizationId, actor: system("command line"), surface: "command-line" as const };
    const token = { name: "Deploys", scopes: ["catalog:write" as const], projectId: null };
    accepted(await createToken(context, { ...commandLine, ...token, memberId: idOf("dana") }));
    expect(await told(fixture)).toContain("API token Deploys created: scopes catalog:write");
  });
});

describe("no change is lost, and none is told twice", () => {
  test("without an admin nothing counts as told, and it is tried again", async () => {
    const fixture = await quietFixture();
    await putProjects(fixture, 1);
    await fixture.people(["ada"], "deactivated");
    expect(await tell(fixture)).toEqual({ againMs: 600_000 });
    await fixture.people(["ada"]);
    expect(await told(fixture)).toContain("Project 0 created");
  });

  test("a change that is not committed yet is waited for", async () => {
    const fixture = await quietFixture();
    const { organizationId, context } = fixture;
    await putProjects(fixture, 1);
    const late = { organizationId, actor: system("seed file"), surface: "seed" as const };
    await context.db.transaction(async (tx) => {
      const inside = { ...context, db: tx as unknown as typeof context.db };
      const made = { name: "Late", slug: "late", requesterRoleIds: [], environments: [] };
      const environments = [{ name: "A", slug: "a", critical: false }];
      accepted(await createProject(inside, { ...late, ...made, environments }));
      expect(await tell(fixture)).toEqual({ againMs: 5_000 });
    });
    const text = await told(fixture);
    expect(text).toContain("Project 0 created");
    expect(text).toContain("Project Late created");
  });

  test("a refused call plans nothing, and what was changed before the first plan is not told", async () => {
    const fixture = await quietFixture();
    const { organizationId } = fixture;
    const refused = { name: "Commerce", pipeline };
    const { status, body } = await fixture.put("/projects/other", refused);
    expect([status, body.code]).toEqual([409, "name-taken"]);
    expect(await fixture.outbox("check-warning")).toEqual([]);
    await putProjects(fixture, 1);
    const { db } = database.database;
    const [progress] = await db
      .select()
      .from(changeDigests)
      .where(eq(changeDigests.organizationId, organizationId));
    const entries = await db.$count(auditLog, eq(auditLog.organizationId, organizationId));
    expect(entries).toBeGreaterThan(1);
    expect(progress?.throughId).toBeGreaterThan(0);
    expect(await told(fixture)).not.toContain("Commerce");
  });

  test("a digest that no admin got is sent again, with the same changes", async () => {
    const fixture = await quietFixture();
    const { organizationId, context } = fixture;
    await putProjects(fixture, 1);
    await told(fixture);
    const [first] = await sentOf(fixture);
    if (first === undefined) throw new Error("No digest was sent");
    expect(await checkDigest(context, organizationId, first)).toEqual({ againMs: 5_000 });
    await context.db
      .update(outbox)
      .set({ outcome: "dead", settledAt: new Date() })
      .where(eq(outbox.key, first.keys[0] ?? ""));
    await reportUntold(context, organizationId, first);
    const [check] = (await fixture.outbox("check-warning")).filter(({ key }) => key !== "digest");
    expect(check?.payload).toMatchObject({ digest: "check", throughId: first.throughId });
    expect(await checkDigest(context, organizationId, first)).toEqual({ againMs: null });
    const again = (await sentOf(fixture)).at(-1);
    expect(again).toMatchObject({ afterId: first.afterId, throughId: first.throughId });
    expect(again?.keys).not.toEqual(first.keys);
  });
});

test("an admin gets the digest in Slack, once", async () => {
  const { stack, api, stop } = await startApiFixture();
  try {
    const put = (slug: string) =>
      api.call("PUT /projects/{project}", { params: { project: slug }, body: { name: slug, pipeline } });
    expect((await put("shop")).status).toBe(201);
    expect((await put("stock")).status).toBe(201);
    const digests = () => stack.texts("ada").filter((text) => text.includes("changed outside Slack"));
    expect(digests()).toEqual([]);
    const { sql } = stack.database.database;
    await sql`update change_digests set sent_at = to_timestamp(0)`;
    await sql`update outbox set available_at = now() where key = 'digest'`;
    stack.app.context.wake();
    await eventually(() => expect(digests()).toHaveLength(1));
    expect(digests()[0]).toMatch(/Token CI, made by Ada.*Project shop created.*Project stock created/s);
    await stack.settle();
    expect(digests()).toHaveLength(1);
    expect(stack.texts("bob").filter((text) => text.includes("changed outside Slack"))).toEqual([]);
  } finally {
    await stop();
  }
});
