import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getOverview } from "../../../src/queries/catalog/get-overview.ts";
import { getWarnings } from "../../../src/queries/delivery/get-warnings.ts";
import { adminMessage } from "../../../src/slack/messages/admin-message.ts";
import type { AdminMessageItem } from "../../../src/usecases/delivery/tell-admins.ts";
import { warnAdmins } from "../../../src/usecases/delivery/warn-admins.ts";
import { endSilentAttempts } from "../../../src/usecases/deployments/end-silent-attempts.ts";
import { accepted, idOf } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { textOf } from "../../support/world.ts";
import { type ApiHouse, apiHouse, problemIn, rowsOf } from "../../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const path = "/projects/commerce/integrations/orders/deployments";
const toDevelopment = { id: "run-4", environment: "development", build: "4" };

const auditOf = async (house: ApiHouse) =>
  (await house.audit()).filter(({ action }) => action.startsWith("deployment."));

/** What admins are being told. */
const toldOf = async (house: ApiHouse) =>
  (await house.outbox("send-admin-message")).map(({ payload }) => payload as AdminMessageItem);

/** What the first of those messages says. */
async function saidTo(house: ApiHouse): Promise<string> {
  const { organizationId, context, clock } = house;
  const subjects = (await toldOf(house))[0]?.subjects ?? [];
  const message = adminMessage(await getWarnings(context.db, organizationId, subjects, clock.now));
  return textOf(message ?? { blocks: [] });
}

describe("a deployment", () => {
  test("that succeeded is live, 201; the same again is 200 and changes nothing; R12: both steps are in the audit log", async () => {
    const house = await apiHouse(database);
    const first = await house.post(path, { ...toDevelopment, link: "https://ci.example/4" });
    const before = await rowsOf(house);
    const again = await house.post(path, { ...toDevelopment, link: "https://ci.example/4" });
    expect([first.status, again.status]).toEqual([201, 200]);
    const at = house.clock.now.toISOString();
    expect(first.body).toEqual({
      ...{ ...toDevelopment, status: "succeeded", link: "https://ci.example/4", reason: null },
      ...{ outside: false, live: true, changed: true, startedAt: at, finishedAt: at },
    });
    expect(again.body).toEqual({ ...first.body, changed: false });
    expect(await rowsOf(house)).toEqual(before);
    expect(await house.live(house.environment("development"))).toBe("1.4.0");
    expect((await auditOf(house)).slice(-2)).toMatchObject([
      { action: "deployment.taken", surface: "api", actor: { kind: "token" }, after: { outside: false } },
      { action: "deployment.reported", after: { status: "succeeded" } },
    ]);
  });

  test("R9: one in progress of which nothing is said for a day ends as unknown and is in nobody's way; a late success counts", async () => {
    const house = await apiHouse(database);
    const running = { id: "run-2", environment: "staging", build: "2", status: "in progress" };
    await house.post(path, running);
    const ask = () =>
      house.post("/requests", { project: "commerce", integration: "orders", target: "staging" });
    await house.saveWorkflow({ enabled: false });
    house.later({ hours: 20 });
    await house.post(path, running);
    house.later({ hours: 23 });
    await endSilentAttempts(house.context);
    expect(problemIn(await ask())).toEqual([409, "must-confirm"]);
    house.later({ hours: 1 });
    await endSilentAttempts(house.context);
    expect((await auditOf(house)).at(-1)).toMatchObject({ surface: "job", after: { status: "unknown" } });
    expect((await house.post(path, running)).body).toMatchObject({ status: "unknown", changed: false });
    expect((await ask()).body).toMatchObject({ state: "promoting" });
    const late = await house.post(path, { ...running, status: "succeeded" });
    expect(late.body).toMatchObject({ status: "succeeded", changed: true, live: true });
  });

  // What stands after the first report; what comes; what stands then, and whether that changed anything.
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
      const house = await apiHouse(database);
      expect((await house.post(path, { ...toDevelopment, status: first })).status).toBe(201);
      const { status, body } = await house.post(path, { ...toDevelopment, status: then, reason: "later" });
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: stands, changed });
      const live = await house.live(house.environment("development"));
      expect(live).toBe(stands === "succeeded" ? "1.4.0" : "1.3.0");
      expect(body.live).toBe(stands === "succeeded");
    },
  );

  test("that failed says why, and what was live stays live", async () => {
    const house = await apiHouse(database);
    const { body } = await house.post(path, { ...toDevelopment, status: "failed", reason: "no disk" });
    expect(body).toMatchObject({ status: "failed", reason: "no disk", live: false });
    expect(await house.live(house.environment("development"))).toBe("1.3.0");
  });

  test("that began before the one which is live is taken down and not made live", async () => {
    const house = await apiHouse(database);
    await house.post(path, { ...toDevelopment, id: "slow", build: "2", status: "in progress" });
    await house.post(path, toDevelopment);
    const { body } = await house.post(path, { ...toDevelopment, id: "slow", build: "2" });
    expect(body).toMatchObject({ status: "succeeded", live: false, changed: true });
    expect(await house.live(house.environment("development"))).toBe("1.4.0");
  });

  test("under a known id with another build is 409; in another environment it is another one", async () => {
    const house = await apiHouse(database, { enabled: false });
    await house.post(path, toDevelopment);
    const before = await rowsOf(house);
    const other = await house.post(path, { ...toDevelopment, build: "3" });
    expect(problemIn(other)).toEqual([409, "deployment-differs"]);
    expect(other.body).toMatchObject({ id: "run-4", build: "4" });
    expect(await rowsOf(house)).toEqual(before);
    expect((await house.post(path, { ...toDevelopment, environment: "staging" })).status).toBe(201);
  });

  test.each([
    ["build", { build: "none" }],
    ["environment", { environment: "none" }],
  ])("of an unknown %s is 404 and says which", async (what, change) => {
    const house = await apiHouse(database);
    const answer = await house.post(path, { ...toDevelopment, ...change });
    expect(problemIn(answer)).toEqual([404, "not-found"]);
    expect(answer.body.what).toBe(what);
  });

  test("of ten at once under one id one is new and nobody fails, and it went live once", async () => {
    const house = await apiHouse(database);
    const answers = await Promise.all(Array.from({ length: 10 }, () => house.post(path, toDevelopment)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
    const taken = (await auditOf(house)).filter(({ actor }) => actor.kind === "token");
    expect(taken.map(({ action }) => action)).toEqual(["deployment.taken", "deployment.reported"]);
  });

  test("cards of open requests follow what it makes live", async () => {
    const house = await apiHouse(database);
    const number = await house.requested();
    const { version } = await house.state(number);
    await house.post(path, toDevelopment);
    expect((await house.state(number)).version).toBe(version + 1);
  });
});

describe("R1: a deployment behind the gate that nobody approved here", () => {
  const toStaging = { id: "run-3", environment: "staging", build: "3" };

  test("is taken down, marked and live; the audit log says so, and the admins are told once", async () => {
    const house = await apiHouse(database);
    const { organizationId, context } = house;
    const { status, body } = await house.post(path, toStaging);
    expect(status).toBe(201);
    expect(body).toMatchObject({ outside: true, live: true });
    expect(await house.live(house.environment("staging"))).toBe("1.3.0");
    expect((await auditOf(house)).at(-2)).toMatchObject({ after: { outside: true } });

    // The same once more, and every later look for what is amiss, tell nobody again.
    await house.post(path, toStaging);
    await warnAdmins(context, organizationId);
    await warnAdmins(context, organizationId);
    expect((await toldOf(house)).map(({ recipientId }) => recipientId)).toEqual([idOf("ada")]);
    const said = await saidTo(house);
    expect(said).toContain("Deployed outside approval: Orders in Staging.");
    expect(said).toMatch(
      /\*Orders\* 1\.3\.0 is live in \*Staging\* \(Commerce\) outside approval\. Reported by ada through token CI/,
    );
    expect(said).toContain("You are told this once.");
  });

  test("is marked in the Overview and in what is live, until something else is live there", async () => {
    const house = await apiHouse(database);
    const { organizationId, context, clock } = house;
    await house.post(path, toStaging);
    const marked = async () => {
      const asked = { projectId: null, page: 0, size: 10 };
      const seen = await getOverview(context.db, organizationId, idOf("dana"), asked, clock.now);
      const { body } = await house.get("/projects/commerce/live");
      return [
        seen?.integrations[0]?.environments.map(({ live }) => live?.outside),
        body.items.map(({ live }: { live: { outside: boolean } }) => live.outside),
      ];
    };
    expect(await marked()).toEqual(Array(2).fill([false, true, false]));
    await house.post(path, toDevelopment);
    const number = await house.approved({ buildId: house.build("4") });
    const { deploymentId } = accepted(await house.promote("dana", number));
    accepted(await house.report(deploymentId, { status: "succeeded" }));
    expect(await marked()).toEqual(Array(2).fill([false, false, false]));
    const warned = await getWarnings(context.db, organizationId, [`deployment:${deploymentId}`], clock.now);
    expect(warned.outside).toEqual([]);
  });

  test("is marked while it runs, and the admins hear that it is on its way", async () => {
    const house = await apiHouse(database);
    expect((await house.post(path, { ...toStaging, status: "in progress" })).body.outside).toBe(true);
    expect(await saidTo(house)).toContain("is being deployed to *Staging*");
  });

  test.each([
    [
      "something else is live there when the admins look",
      "was deployed, and is not live any more, in *Staging*",
    ],
    ["it had failed", "failed to be deployed to *Staging*"],
    ["it goes silent", "went silent on its way to *Staging*"],
  ])("is told also where %s: it went past the gate", async (what, words) => {
    const house = await apiHouse(database);
    const status = { "it had failed": "failed", "it goes silent": "in progress" }[what] ?? "succeeded";
    await house.post(path, { ...toStaging, status });
    if (status === "succeeded") await house.deploy("staging", "2");
    if (status === "in progress") {
      house.later({ days: 1 });
      await endSilentAttempts(house.context);
    }
    await warnAdmins(house.context, house.organizationId);
    expect(await toldOf(house)).toHaveLength(1);
    expect(await saidTo(house)).toContain(words);
  });

  test("is nothing that anybody is told of in the first environment, or with the workflow off", async () => {
    const house = await apiHouse(database);
    expect((await house.post(path, toDevelopment)).body.outside).toBe(false);
    await house.saveWorkflow({ enabled: false });
    expect((await house.post(path, toStaging)).body.outside).toBe(false);
    await house.saveWorkflow({ enabled: true, options: { gate: "critical" } });
    expect((await house.post(path, { ...toStaging, id: "again", build: "4" })).body.outside).toBe(false);
    expect(await toldOf(house)).toEqual([]);
  });

  test.each([
    ["nobody asked", true, async () => {}],
    ["somebody asked and it waits", true, async (house: ApiHouse) => void (await house.requested())],
    ["it is approved", false, async (house: ApiHouse) => void (await house.approved())],
    ["it is being promoted", false, async (house: ApiHouse) => void (await house.promoting())],
    [
      "the promotion failed",
      false,
      async (house: ApiHouse) => {
        const { deploymentId } = await house.promoting();
        accepted(await house.report(deploymentId, { status: "failed", reason: null }));
      },
    ],
    [
      "it was rejected",
      true,
      async (house: ApiHouse) => void accepted(await house.review("bob", await house.requested(), "reject")),
    ],
    [
      "the approval has expired",
      true,
      async (house: ApiHouse) => {
        await house.approved();
        house.later({ days: 4 });
      },
    ],
    [
      "it was promoted and is deployed once more",
      false,
      async (house: ApiHouse) => {
        const { deploymentId } = await house.promoting();
        accepted(await house.report(deploymentId, { status: "succeeded" }));
      },
    ],
    [
      "it came outside approval and is deployed once more",
      true,
      async (house: ApiHouse) => void (await house.post(path, { ...toStaging, id: "first" })),
    ],
  ])("%s → outside: %s", async (_, outside, prepare) => {
    const house = await apiHouse(database);
    await prepare(house);
    expect((await house.post(path, toStaging)).body).toMatchObject({ outside });
  });

  test("what was approved is one build: another one is outside approval", async () => {
    const house = await apiHouse(database);
    await house.approved();
    expect((await house.post(path, { ...toStaging, build: "4" })).body.outside).toBe(true);
  });

  test("what the system approved while the gate was open does not open it once it stands", async () => {
    const house = await apiHouse(database, { enabled: false });
    const number = accepted(await house.request("dana")).number;
    const { deploymentId } = await house.state(number);
    accepted(await house.report(deploymentId ?? "", { status: "failed", reason: null }));
    await house.saveWorkflow({ enabled: true });
    expect((await house.post(path, toStaging)).body.outside).toBe(true);
  });
});

describe("what is live where", () => {
  test("each integration in each environment, since when and through whom", async () => {
    const house = await apiHouse(database);
    await house.put("/projects/commerce/integrations/stock", { name: "Stock" });
    house.later({ hours: 1 });
    await house.post(path, toDevelopment);
    const { body } = await house.get("/projects/commerce/live");
    expect(body.next).toBeNull();
    expect(body.items.map((one: { integration: string }) => one.integration)).toEqual([
      ...["orders", "orders", "orders", "stock", "stock", "stock"],
    ]);
    expect(body.items[0]).toEqual({
      integration: "orders",
      environment: { slug: "development", name: "Development" },
      live: {
        ...{ build: "4", version: "1.4.0", commit: "c0ffee4", outside: false },
        since: house.clock.now.toISOString(),
        by: { member: { id: idOf("ada"), name: "ada" }, token: expect.stringMatching(/^CI/), reason: null },
      },
    });
    expect(body.items[1].live.by).toEqual({ member: null, token: null, reason: "seed file" });
    expect(body.items[3].live).toBeNull();
  });

  test("a page of integrations at a time", async () => {
    const house = await apiHouse(database);
    await house.put("/projects/commerce/integrations/stock", { name: "Stock" });
    const first = (await house.get("/projects/commerce/live?limit=1")).body;
    const second = (await house.get(`/projects/commerce/live?limit=1&after=${first.next}`)).body;
    expect([first.items[0].integration, second.items[0].integration]).toEqual(["orders", "stock"]);
    expect(second.next).toBeNull();
  });
});
