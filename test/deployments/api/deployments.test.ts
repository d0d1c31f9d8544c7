import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Warning } from "../../../src/outbox/items.ts";
import { getOverview } from "../../../src/queries/catalog/get-overview.ts";
import { getWarnings } from "../../../src/queries/delivery/get-warnings.ts";
import { adminMessage } from "../../../src/slack/messages/admin-message.ts";
import { warnAdmins } from "../../../src/usecases/delivery/warn-admins.ts";
import { endSilentAttempts } from "../../../src/usecases/deployments/end-silent-attempts.ts";
import { accepted, idOf } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { textOf } from "../../support/test-stack.ts";
import { type ApiFixture, apiFixture, problemIn, rowsOf } from "../../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const path = "/projects/commerce/integrations/orders/deployments";
const toDevelopment = { id: "run-4", environment: "development", build: "4" };

const auditOf = async (fixture: ApiFixture) =>
  (await fixture.audit()).filter(({ action }) => action.startsWith("deployment."));

/** Returns the pending notices to admins. */
const toldOf = async (fixture: ApiFixture) =>
  (await fixture.outbox("send-admin-message")).map(({ payload }) => payload as Warning);

/** Returns the content of the first one. */
async function saidTo(fixture: ApiFixture): Promise<string> {
  const { organizationId, context, clock } = fixture;
  const subjects = (await toldOf(fixture))[0]?.subjects ?? [];
  const message = adminMessage(await getWarnings(context.db, organizationId, subjects, clock.now));
  return textOf(message ?? { blocks: [] });
}

describe("a deployment", () => {
  test("that succeeded is live, 201; the same again is 200 and changes nothing; R12: both steps are in the audit log", async () => {
    const fixture = await apiFixture(database);
    const first = await fixture.post(path, { ...toDevelopment, link: "https://ci.example/4" });
    const before = await rowsOf(fixture);
    const again = await fixture.post(path, { ...toDevelopment, link: "https://ci.example/4" });
    expect([first.status, again.status]).toEqual([201, 200]);
    const at = fixture.clock.now.toISOString();
    expect(first.body).toEqual({
      ...{ ...toDevelopment, status: "succeeded", link: "https://ci.example/4", reason: null },
      ...{ outside: false, live: true, changed: true, startedAt: at, finishedAt: at, notes: [] },
    });
    expect(again.body).toEqual({ ...first.body, changed: false });
    expect(await rowsOf(fixture)).toEqual(before);
    expect(await fixture.live(fixture.environment("development"))).toBe("1.4.0");
    expect((await auditOf(fixture)).slice(-2)).toMatchObject([
      { action: "deployment.taken", surface: "api", actor: { kind: "token" }, after: { outside: false } },
      { action: "deployment.reported", after: { status: "succeeded" } },
    ]);
  });

  test("R9: one in progress without a report for a day ends as unknown and is a change to confirm; a late success counts", async () => {
    const fixture = await apiFixture(database);
    const running = { id: "run-2", environment: "staging", build: "2", status: "in progress" };
    await fixture.post(path, running);
    const ask = (confirmed?: string) =>
      fixture.post("/requests", { project: "commerce", integration: "orders", target: "staging", confirmed });
    await fixture.saveWorkflow({ enabled: false });
    fixture.later({ hours: 20 });
    await fixture.post(path, running);
    fixture.later({ hours: 23 });
    await endSilentAttempts(fixture.context);
    expect(problemIn(await ask())).toEqual([409, "must-confirm"]);
    fixture.later({ hours: 1 });
    await endSilentAttempts(fixture.context);
    expect((await auditOf(fixture)).at(-1)).toMatchObject({ surface: "job", after: { status: "unknown" } });
    expect((await fixture.post(path, running)).body).toMatchObject({ status: "unknown", changed: false });
    const warned = await ask();
    expect(warned.body).toMatchObject({ code: "must-confirm", changes: [{ kind: "last-attempt-unknown" }] });
    expect((await ask(warned.body.shown)).body).toMatchObject({ state: "promoting" });
    const late = await fixture.post(path, { ...running, status: "succeeded" });
    expect(late.body).toMatchObject({ status: "succeeded", changed: true, live: true });
  });

  // The status after the first report, the second report, the status after it, and whether it changed
  // anything.
  test.each([
    ["in progress", "in progress", "in progress", false],
    ["in progress", "succeeded", "succeeded", true],
    ["in progress", "failed", "failed", true],
    ["succeeded", "in progress", "succeeded", false],
    ["succeeded", "failed", "succeeded", false],
    ["failed", "in progress", "failed", false],
    ["failed", "succeeded", "failed", false],
    ["failed", "failed", "failed", false],
  ])(
    "that is %s and is reported %s is %s after: the first final report wins",
    async (first, then, stands, changed) => {
      const fixture = await apiFixture(database);
      expect((await fixture.post(path, { ...toDevelopment, status: first })).status).toBe(201);
      const { status, body } = await fixture.post(path, { ...toDevelopment, status: then, reason: "later" });
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: stands, changed });
      const live = await fixture.live(fixture.environment("development"));
      expect(live).toBe(stands === "succeeded" ? "1.4.0" : "1.3.0");
      expect(body.live).toBe(stands === "succeeded");
    },
  );

  test("that failed says why, and what was live stays live", async () => {
    const fixture = await apiFixture(database);
    const { body } = await fixture.post(path, { ...toDevelopment, status: "failed", reason: "no disk" });
    expect(body).toMatchObject({ status: "failed", reason: "no disk", live: false });
    expect(await fixture.live(fixture.environment("development"))).toBe("1.3.0");
  });

  test("that began before the one which is live is taken down and not made live", async () => {
    const fixture = await apiFixture(database);
    await fixture.post(path, { ...toDevelopment, id: "slow", build: "2", status: "in progress" });
    await fixture.post(path, toDevelopment);
    const { body } = await fixture.post(path, { ...toDevelopment, id: "slow", build: "2" });
    expect(body).toMatchObject({ status: "succeeded", live: false, changed: true });
    expect(await fixture.live(fixture.environment("development"))).toBe("1.4.0");
  });

  test("a known id with another build is 409; in another environment it is a new deployment", async () => {
    const fixture = await apiFixture(database, { enabled: false });
    await fixture.post(path, toDevelopment);
    const before = await rowsOf(fixture);
    const other = await fixture.post(path, { ...toDevelopment, build: "3" });
    expect(problemIn(other)).toEqual([409, "deployment-differs"]);
    expect(other.body).toMatchObject({ id: "run-4", build: "4" });
    expect(await rowsOf(fixture)).toEqual(before);
    expect((await fixture.post(path, { ...toDevelopment, environment: "staging" })).status).toBe(201);
  });

  test.each([
    ["build", { build: "none" }],
    ["environment", { environment: "none" }],
  ])("of an unknown %s is 404 and says which", async (what, change) => {
    const fixture = await apiFixture(database);
    const answer = await fixture.post(path, { ...toDevelopment, ...change });
    expect(problemIn(answer)).toEqual([404, "not-found"]);
    expect(answer.body.what).toBe(what);
  });

  test("ten simultaneous calls with one id create one, none fails, and it goes live once", async () => {
    const fixture = await apiFixture(database);
    const answers = await Promise.all(Array.from({ length: 10 }, () => fixture.post(path, toDevelopment)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
    const taken = (await auditOf(fixture)).filter(({ actor }) => actor.kind === "token");
    expect(taken.map(({ action }) => action)).toEqual(["deployment.taken", "deployment.reported"]);
  });

  test("cards of open requests follow what it makes live", async () => {
    const fixture = await apiFixture(database);
    const number = await fixture.requested();
    const { version } = await fixture.state(number);
    await fixture.post(path, toDevelopment);
    expect((await fixture.state(number)).version).toBe(version + 1);
  });
});

describe("R1: a deployment behind the gate without an approval", () => {
  const toStaging = { id: "run-3", environment: "staging", build: "3" };

  test("is recorded, marked, and live; the audit log has it, and the admins are notified once", async () => {
    const fixture = await apiFixture(database);
    const { organizationId, context } = fixture;
    const { status, body } = await fixture.post(path, toStaging);
    expect(status).toBe(201);
    expect(body).toMatchObject({ outside: true, live: true });
    expect(await fixture.live(fixture.environment("staging"))).toBe("1.3.0");
    expect((await auditOf(fixture)).at(-2)).toMatchObject({ after: { outside: true } });

    // Repeating it, and every later check, notifies nobody again.
    await fixture.post(path, toStaging);
    await warnAdmins(context, organizationId);
    await warnAdmins(context, organizationId);
    expect((await toldOf(fixture)).map(({ recipientId }) => recipientId)).toEqual([idOf("ada")]);
    const said = await saidTo(fixture);
    expect(said).toContain("Deployed outside approval: Orders in Staging.");
    expect(said).toMatch(
      /\*Orders\* 1\.3\.0 is live in \*Staging\* \(Commerce\) outside approval\. Reported by ada through token CI/,
    );
    expect(said).toContain("You are told this once.");
  });

  test("is marked in the Overview and in what is live, until something else is live there", async () => {
    const fixture = await apiFixture(database);
    const { organizationId, context, clock } = fixture;
    await fixture.post(path, toStaging);
    const marked = async () => {
      const asked = { projectId: null, page: 0, size: 10 };
      const seen = await getOverview(context.db, organizationId, idOf("dana"), asked, clock.now);
      const { body } = await fixture.get("/projects/commerce/live");
      return [
        seen?.integrations[0]?.environments.map(({ live }) => live?.outside),
        body.items.map(({ live }: { live: { outside: boolean } }) => live.outside),
      ];
    };
    expect(await marked()).toEqual(Array(2).fill([false, true, false]));
    await fixture.post(path, toDevelopment);
    const number = await fixture.approved({ buildId: fixture.build("4") });
    const { deploymentId } = accepted(await fixture.promote("dana", number));
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    expect(await marked()).toEqual(Array(2).fill([false, false, false]));
    const warned = await getWarnings(context.db, organizationId, [`deployment:${deploymentId}`], clock.now);
    expect(warned.bypasses).toEqual([]);
  });

  test("is marked while it runs, and the admins hear that it is on its way", async () => {
    const fixture = await apiFixture(database);
    expect((await fixture.post(path, { ...toStaging, status: "in progress" })).body.outside).toBe(true);
    expect(await saidTo(fixture)).toContain("is being deployed to *Staging*");
  });

  test.each([
    [
      "something else is live there when the admins look",
      "was deployed, and is not live any more, in *Staging*",
    ],
    ["it had failed", "failed to be deployed to *Staging*"],
    ["it goes silent", "went silent on its way to *Staging*"],
  ])("is reported even where %s, because it bypassed the gate", async (what, words) => {
    const fixture = await apiFixture(database);
    const status = { "it had failed": "failed", "it goes silent": "in progress" }[what] ?? "succeeded";
    await fixture.post(path, { ...toStaging, status });
    if (status === "succeeded") await fixture.deploy("staging", "2");
    if (status === "in progress") {
      fixture.later({ days: 1 });
      await endSilentAttempts(fixture.context);
    }
    await warnAdmins(fixture.context, fixture.organizationId);
    // What replaced it was not approved either.
    expect(await toldOf(fixture)).toHaveLength(status === "succeeded" ? 2 : 1);
    expect(await saidTo(fixture)).toContain(words);
  });

  test("notifies nobody in the first environment, or with the workflow off", async () => {
    const fixture = await apiFixture(database);
    expect((await fixture.post(path, toDevelopment)).body.outside).toBe(false);
    await fixture.saveWorkflow({ enabled: false });
    expect((await fixture.post(path, toStaging)).body.outside).toBe(false);
    await fixture.saveWorkflow({ enabled: true, options: { gate: "critical" } });
    expect((await fixture.post(path, { ...toStaging, id: "again", build: "4" })).body.outside).toBe(false);
    expect(await toldOf(fixture)).toEqual([]);
  });

  test.each([
    ["nobody asked", true, async () => {}],
    ["somebody asked and it waits", true, async (fixture: ApiFixture) => void (await fixture.requested())],
    ["it is approved", false, async (fixture: ApiFixture) => void (await fixture.approved())],
    ["it is being promoted", false, async (fixture: ApiFixture) => void (await fixture.promoting())],
    [
      "the promotion failed",
      false,
      async (fixture: ApiFixture) => {
        const { deploymentId } = await fixture.promoting();
        accepted(await fixture.report(deploymentId, { status: "failed", reason: null }));
      },
    ],
    [
      "it was rejected",
      true,
      async (fixture: ApiFixture) =>
        void accepted(await fixture.review("bob", await fixture.requested(), "reject")),
    ],
    [
      "the approval has expired",
      true,
      async (fixture: ApiFixture) => {
        await fixture.approved();
        fixture.later({ days: 4 });
      },
    ],
    [
      "it was promoted and is deployed once more",
      false,
      async (fixture: ApiFixture) => {
        const { deploymentId } = await fixture.promoting();
        accepted(await fixture.report(deploymentId, { status: "succeeded" }));
      },
    ],
    [
      "it came outside approval and is deployed once more",
      true,
      async (fixture: ApiFixture) => void (await fixture.post(path, { ...toStaging, id: "first" })),
    ],
  ])("%s → outside: %s", async (_, outside, prepare) => {
    const fixture = await apiFixture(database);
    await prepare(fixture);
    expect((await fixture.post(path, toStaging)).body).toMatchObject({ outside });
  });

  test("what was approved is one build: another one is outside approval", async () => {
    const fixture = await apiFixture(database);
    await fixture.approved();
    expect((await fixture.post(path, { ...toStaging, build: "4" })).body.outside).toBe(true);
  });

  test("an automatic approval from while the gate was open does not count after it is closed", async () => {
    const fixture = await apiFixture(database, { enabled: false });
    const number = accepted(await fixture.request("dana")).number;
    const { deploymentId } = await fixture.state(number);
    accepted(await fixture.report(deploymentId ?? "", { status: "failed", reason: null }));
    await fixture.saveWorkflow({ enabled: true });
    expect((await fixture.post(path, toStaging)).body.outside).toBe(true);
  });
});

describe("what is live where", () => {
  test("lists each integration in each environment, with its time and source", async () => {
    const fixture = await apiFixture(database);
    await fixture.put("/projects/commerce/integrations/stock", { name: "Stock" });
    fixture.later({ hours: 1 });
    await fixture.post(path, toDevelopment);
    const { body } = await fixture.get("/projects/commerce/live");
    expect(body.next).toBeNull();
    expect(body.items.map((one: { integration: string }) => one.integration)).toEqual([
      ...["orders", "orders", "orders", "stock", "stock", "stock"],
    ]);
    expect(body.items[0]).toEqual({
      integration: "orders",
      environment: { slug: "development", name: "Development" },
      live: {
        ...{ build: "4", version: "1.4.0", commit: "c0ffee4", outside: false, outsideIn: [] },
        since: fixture.clock.now.toISOString(),
        by: { member: { id: idOf("ada"), name: "ada" }, token: expect.stringMatching(/^CI/), reason: null },
      },
    });
    expect(body.items[1].live.by).toEqual({ member: null, token: null, reason: "seed file" });
    expect(body.items[3].live).toBeNull();
  });

  test("a page of integrations at a time", async () => {
    const fixture = await apiFixture(database);
    await fixture.put("/projects/commerce/integrations/stock", { name: "Stock" });
    const first = (await fixture.get("/projects/commerce/live?limit=1")).body;
    const second = (await fixture.get(`/projects/commerce/live?limit=1&after=${first.next}`)).body;
    expect([first.items[0].integration, second.items[0].integration]).toEqual(["orders", "stock"]);
    expect(second.next).toBeNull();
  });
});
