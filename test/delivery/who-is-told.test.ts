import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Payload } from "../../src/outbox/items.ts";
import { tellChange } from "../../src/usecases/delivery/tell-change.ts";
import { warnAdmins } from "../../src/usecases/delivery/warn-admins.ts";
import { endAttempt } from "../../src/usecases/requests/end-attempt.ts";
import { accepted, buildCatalog, by, type Catalog, type CatalogOptions, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

/** Expands every change, and returns the new notices as `channel name: event`. */
async function tell(fixture: Catalog): Promise<string[]> {
  const { organizationId, context } = fixture;
  const before = new Set((await fixture.outbox()).map(({ key }) => key));
  for (const { payload } of await fixture.outbox("request-changed")) {
    await tellChange(context, organizationId, payload as Payload<"request-changed">);
  }
  await database.database.sql`
    delete from outbox where organization_id = ${organizationId} and kind = 'request-changed'`;
  await warnAdmins(context, organizationId);
  return (await fixture.outbox())
    .filter(({ key, kind }) => !before.has(key) && kind.startsWith("send-"))
    .filter(({ payload }) => "event" in (payload as object))
    .map(({ kind, payload }) => {
      const { recipientId, event } = payload as Payload<"send-email">;
      return `${kind.replace("send-", "")} ${recipientId.slice(1).toLowerCase()}: ${event}`;
    })
    .sort();
}

const start = (options: CatalogOptions = {}) => buildCatalog(database, options);

describe("a person who becomes a reviewer of an open request gets an email, once", () => {
  const cardsTo = { kind: "channel", channelId: "C1", channelName: "approvals" } as const;

  test.each([
    ["with a card of their own", {}],
    ["with a card in a channel", { options: { cardsTo } }],
  ])("R4: %s", async (_, options: CatalogOptions) => {
    const fixture = await start(options);
    await fixture.requested();
    await tell(fixture);
    await fixture.hold("Reviewer", ["bob", "dora"]);
    await fixture.follow();
    expect(await tell(fixture)).toEqual(["email dora: requested"]);
    await fixture.hold("Reviewer", ["bob", "carol", "dora"]);
    await fixture.follow();
    expect(await tell(fixture)).toEqual([]);
  });

  test("R4: also if a review comes before their card, and not of a decided request", async () => {
    const fixture = await start({ options: { requiredApprovals: 2 } });
    const number = await fixture.requested();
    await tell(fixture);
    await fixture.hold("Reviewer", ["bob", "carol", "dora"]);
    accepted(await fixture.review("bob", number, "approve"));
    expect(await tell(fixture)).toEqual(["email dora: requested"]);
    accepted(await fixture.review("carol", number, "approve"));
    await tell(fixture);
    await fixture.hold("Reviewer", ["bob", "carol", "dora", "ada"]);
    await fixture.follow();
    expect(await tell(fixture)).toEqual([]);
  });
});

test.each([
  ["lost the role", (fixture: Catalog) => fixture.hold("Reviewer", ["bob"])],
  ["was deactivated", (fixture: Catalog) => fixture.people(["carol"], "deactivated")],
  ["became a guest", (fixture: Catalog) => fixture.people(["carol"], "guest")],
] as const)("R4: the notice of a cancelled request does not go to a reviewer who %s", async (_, change) => {
  const fixture = await start({ options: { requiredApprovals: 1 } });
  const number = await fixture.requested();
  await tell(fixture);
  await change(fixture);
  accepted(await fixture.cancel("dana", number, "a secret"));
  expect(await tell(fixture)).toEqual(["email bob: cancelled"]);
});

describe("who is told how an attempt ended", () => {
  test("R9: the person who pressed Promote, also if the previous version announced it", async () => {
    for (const previous of [false, true]) {
      const fixture = await start();
      const number = await fixture.approved();
      await tell(fixture);
      const { deploymentId } = accepted(await fixture.promote("dora", number));
      accepted(await fixture.report(deploymentId, { status: "failed", reason: null }));
      if (previous) {
        await database.database.sql`
          update outbox set payload = payload - 'promoterId' where organization_id = ${fixture.organizationId}`;
      }
      expect(await tell(fixture)).toEqual([
        ...["email dana: failed", "message dana: failed", "message dora: failed"],
      ]);
    }
  });

  test("R10: an admin who ends it tells the requester and the person who pressed Promote", async () => {
    const fixture = await start();
    const number = await fixture.approved();
    await tell(fixture);
    accepted(await fixture.promote("dora", number));
    const { organizationId, context } = fixture;
    const input = { organizationId, number, actor: by("ada"), surface: "slack" as const };
    accepted(await endAttempt(context, { ...input, reason: "stuck", deploymentId: null }));
    expect(await tell(fixture)).toEqual([
      ...["email dana: failed", "message dana: failed", "message dora: failed"],
    ]);
  });
});

describe("the requester of an approved request leaves", () => {
  test.each(["deactivated", "guest"] as const)(
    "R10: the approvers who may still review and the admins are told, once (%s)",
    async (status) => {
      const fixture = await start({ options: { requiredApprovals: 2 } });
      const number = await fixture.requested();
      for (const name of ["bob", "carol"]) accepted(await fixture.review(name, number, "approve"));
      await tell(fixture);
      await fixture.hold("Reviewer", ["bob", "dora"]);
      await fixture.people(["dana"], status);
      await fixture.follow();
      expect(await tell(fixture)).toEqual(["message ada: requester-left", "message bob: requester-left"]);
      await fixture.follow();
      expect(await tell(fixture)).toEqual([]);
    },
  );

  test("R10: also if they left before the approval, and not while it is pending", async () => {
    const fixture = await start();
    const number = await fixture.requested();
    await fixture.people(["dana"], "deactivated");
    await fixture.follow();
    expect((await tell(fixture)).filter((notice) => notice.includes("left"))).toEqual([]);
    accepted(await fixture.review("bob", number, "approve"));
    expect((await tell(fixture)).filter((notice) => notice.includes("left"))).toEqual([
      ...["message ada: requester-left", "message bob: requester-left"],
    ]);
    expect(idOf("dana")).toBe((await fixture.state(number)).requesterId);
  });
});
