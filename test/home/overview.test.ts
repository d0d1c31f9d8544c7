import { afterAll, beforeAll, expect, test } from "vitest";
import { validateView } from "../../sandbox/slack/checks/validate-blocks.ts";
import { getOverview, type Overview } from "../../src/queries/catalog/get-overview.ts";
import { homeView } from "../../src/slack/home/home-view.ts";
import { overviewBlocks } from "../../src/slack/home/overview-view.ts";
import { accepted, buildCatalog, type Catalog, commerce, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database?.drop());

async function overview(fixture: Catalog, name: string, projectId: string | null = null): Promise<Overview> {
  const asked = { projectId, page: 0, size: 10 };
  const { db } = fixture.context;
  const found = await getOverview(db, fixture.organizationId, idOf(name), asked, fixture.clock.now);
  if (found === undefined) throw new Error("There is no project");
  return found;
}

/** Returns what each environment of Orders offers this person, in pipeline order. */
const actions = async (fixture: Catalog, name: string) =>
  (await overview(fixture, name)).integrations[0]?.environments.map(({ action }) => action);

const request = { kind: "request" };

test("R1, R14: the button follows the workflow, the request and the person's rights", async () => {
  const fixture = await buildCatalog(database);
  expect(await actions(fixture, "dana")).toEqual([request, request, null]);
  await fixture.saveWorkflow({ options: { gate: "critical" } });
  expect(await actions(fixture, "dana")).toEqual([{ kind: "promote-at-once" }, request, null]);
  await fixture.saveWorkflow({ options: { gate: "every" } });
  const number = await fixture.requested();
  const { identity } = await fixture.state(number);
  const cancel = { kind: "cancel", number, identity };
  expect(await actions(fixture, "dana")).toEqual([cancel, request, null]);
  expect(await actions(fixture, "dora")).toEqual([{ kind: "view", number, identity }, request, null]);
  await fixture.saveWorkflow({ enabled: false });
  expect(await actions(fixture, "dana")).toEqual([cancel, { kind: "promote-at-once" }, null]);
  await fixture.saveWorkflow({ enabled: true });
  accepted(await fixture.review("bob", number, "approve"));
  for (const name of ["dana", "dora", "bob"]) {
    expect(await actions(fixture, name)).toEqual([{ kind: "promote", number, identity }, request, null]);
  }
  await fixture.people(["dora"], "guest");
  expect(await actions(fixture, "dora")).toEqual([{ kind: "view", number, identity }, null, null]);
  const { deploymentId } = accepted(await fixture.promote("dana", number));
  expect(await actions(fixture, "dana")).toEqual([{ kind: "view", number, identity }, request, null]);
  accepted(await fixture.report(deploymentId, { status: "failed", reason: "no disk" }));
  expect(await actions(fixture, "dana")).toEqual([{ kind: "promote", number, identity }, request, null]);
  const again = accepted(await fixture.promote("dana", number));
  accepted(await fixture.report(again.deploymentId, { status: "succeeded" }));
  expect(await actions(fixture, "dana")).toEqual([null, request, null]);
});

test("R14: a person without a requester role of the project gets no button", async () => {
  const fixture = await buildCatalog(database, {
    roles: [{ name: "Developer", members: [{ memberId: idOf("dana"), projects: null }] }],
    projects: [{ ...commerce, requesters: ["Developer"] }],
  });
  expect(await actions(fixture, "dana")).toEqual([request, request, null]);
  expect(await actions(fixture, "dora")).toEqual([null, null, null]);
});

test("R11: a request whose time has run out no longer blocks new ones", async () => {
  const fixture = await buildCatalog(database);
  await fixture.requested();
  fixture.clock.now = new Date(fixture.clock.now.getTime() + 8 * 86_400_000);
  expect(await actions(fixture, "dana")).toEqual([request, request, null]);
});

test("a card says what is live, since when, and by whom, and the result of a newer attempt", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.approved();
  const { deploymentId } = accepted(await fixture.promote("dora", number));
  const staging = async () => (await overview(fixture, "dana")).integrations[0]?.environments[1];
  expect(await staging()).toMatchObject({
    live: { version: "1.2.0", commit: "c0ffee2", by: { person: null } },
    attempt: { version: "1.3.0", status: "in progress" },
  });
  accepted(await fixture.report(deploymentId, { status: "unknown", reason: null }));
  expect((await staging())?.attempt).toEqual({ version: "1.3.0", status: "unknown" });
  accepted(await fixture.report(deploymentId, { status: "succeeded" }));
  expect(await staging()).toMatchObject({
    live: { version: "1.3.0", since: fixture.clock.now, by: { person: { name: "dora" } } },
    attempt: null,
  });
  const [development] = (await overview(fixture, "dana")).integrations[0]?.environments ?? [];
  expect(development?.next).toMatchObject({ same: true, open: null, target: { name: "Staging" } });
});

test("another project than the one looked at last is shown where that is gone, and none where there is none", async () => {
  const fixture = await buildCatalog(database, {
    projects: [commerce, { ...commerce, slug: "finance", name: "Finance" }],
  });
  const gone = "00000000-0000-4000-8000-000000000000";
  expect((await overview(fixture, "dana", gone)).project.name).toBe("Commerce");
  const empty = await buildCatalog(database, { projects: [], enabled: null });
  await expect(overview(empty, "dana")).rejects.toThrow("There is no project");
});

const names = {
  plain: "Orders",
  "mrkdwn come alive": "<!channel> & <@U1> *b* `c` <https://evil.example|x>".repeat(5),
  "all of it escaped": "&".repeat(200),
  wide: "漢".repeat(200),
  "long graphemes": "👩‍👩‍👧‍👦".repeat(50),
  "nothing to see": "   ",
};

/** A page with every field at its maximum length. */
function page(name: string, integrations: number, environments: number): Overview {
  const card = (i: number, j: number): Overview["integrations"][number]["environments"][number] => ({
    id: `${i}-${j}`,
    name,
    critical: true,
    live: {
      id: "b",
      version: name,
      externalId: name,
      commit: name,
      digest: name,
      link: `https://ci.example/?${"&a=ü".repeat(100)}`,
      author: name,
      since: new Date(0),
      by: { person: { id: "U1", name }, through: name },
      outside: false,
      outsideIn: Array(20).fill(name),
    },
    attempt: { version: name, status: "unknown" },
    next: {
      target: { id: "00000000-0000-4000-8000-000000000000", name },
      open: { number: 2 ** 31 - 1, state: "pending", requester: name },
      same: false,
    },
    action:
      j % 2 === 0
        ? { kind: "request" }
        : { kind: "cancel", number: i * environments + j, identity: "00000000-0000-4000-8000-000000000000" },
  });
  return {
    project: { id: "00000000-0000-4000-8000-000000000000", name },
    page: 1,
    pages: 3,
    total: 30,
    integrations: Array.from({ length: integrations }, (_, i) => ({
      id: "00000000-0000-4000-8000-000000000000",
      name,
      environments: Array.from({ length: environments }, (__, j) => card(i, j)),
    })),
  };
}

/** Returns the texts of a view that Slack parses for mentions and links. */
function mrkdwnOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnOf);
  if (value === null || typeof value !== "object") return [];
  const { type, text } = value as { type?: unknown; text?: unknown };
  return type === "mrkdwn" ? [String(text)] : Object.values(value).flatMap(mrkdwnOf);
}

test.each(Object.entries(names))(
  "a full page fits into a view, whatever things are called: %s",
  (_, name) => {
    for (const [integrations, environments] of [
      [10, 8],
      [10, 9],
      [10, 20],
      [1, 90],
      [1, 400],
      [3, 30],
    ] as const) {
      const frame = { admin: true, waiting: 4 };
      const content = overviewBlocks(page(name, integrations, environments), frame, []);
      const view = homeView(frame, "overview", content);
      expect(content.length + 2).toBeLessThanOrEqual(100);
      expect(validateView(view as never, "home")).toEqual([]);
      expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(250_000);
      // Compare booleans, so that a failure does not print the whole view.
      expect(mrkdwnOf(view).some((text) => /<!channel|<@|<https:\/\/evil/.test(text))).toBe(false);
      expect(JSON.stringify(view).includes("go_next")).toBe(true);
    }
  },
);
