import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MemberStatus } from "../../src/domain/people/people.ts";
import type { Actor } from "../../src/domain/shared/actor.ts";
import {
  accepted,
  buildCatalog,
  type Catalog,
  type CatalogOptions,
  commerce,
  idOf,
  refusal,
  refusedUntouched,
} from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const build = (options?: CatalogOptions): Promise<Catalog> => buildCatalog(database, options);

describe("R6: no dead request", () => {
  test("R6: too few reviewers, because the requester is one of them and is not counted", async () => {
    const fixture = await build({ reviewers: ["bob"] });
    expect(await refusedUntouched(fixture, () => fixture.request("bob"))).toEqual({
      code: "too-few-reviewers",
      required: 1,
      available: 0,
      workflowRoles: ["Reviewer"],
    });
    accepted(await fixture.request("dana"));
  });

  test("R5, R6: where the workflow allows self-review the requester is counted", async () => {
    const fixture = await build({ reviewers: ["bob"], options: { selfReview: true } });
    expect(accepted(await fixture.request("bob")).state).toBe("pending");
  });

  test("R4, R6: only who may review now is counted: roles, assignees and standing", async () => {
    const fixture = await build({
      reviewers: ["bob", "carol", "gus"],
      assignees: ["bob", "gus"],
      options: { requiredApprovals: 2 },
    });
    await fixture.people(["gus"], "guest");
    expect(await refusedUntouched(fixture, () => fixture.request("dana"))).toMatchObject({
      code: "too-few-reviewers",
      required: 2,
      available: 1,
    });
    await fixture.people(["gus"]);
    accepted(await fixture.request("dana"));
  });

  test("R4, R6: a role held for another project does not count", async () => {
    const finance = { ...commerce, slug: "finance", name: "Finance" };
    const fixture = await build({ projects: [commerce, finance], reviewers: [] });
    await fixture.people(["fay"]);
    await fixture.seed({
      roles: [{ name: "Reviewer", members: [{ memberId: idOf("fay"), projects: ["finance"] }] }],
      projects: [commerce, finance],
    });
    expect(await refusedUntouched(fixture, () => fixture.request("dana"))).toMatchObject({ available: 0 });
    accepted(
      await fixture.request("dana", {
        integrationId: fixture.integration("orders", "finance"),
        targetId: fixture.environment("staging", "finance"),
        buildId: fixture.build("3", "finance"),
      }),
    );
  });
});

describe("R14: who can request", () => {
  const withRequesters = (): Promise<Catalog> =>
    build({
      roles: [{ name: "Developer", members: [{ memberId: idOf("dana"), projects: null }] }],
      projects: [{ ...commerce, requesters: ["Developer"] }],
    });

  test("R14: only holders of a requester role, where the project has one", async () => {
    const fixture = await withRequesters();
    expect(await refusedUntouched(fixture, () => fixture.request("dora"))).toEqual({
      code: "not-requester",
      why: "role",
      roles: ["Developer"],
    });
    accepted(await fixture.request("dana"));
  });

  test("R14: looked up at the click", async () => {
    const fixture = await withRequesters();
    await fixture.hold("Developer", ["dora"]);
    expect(refusal(await fixture.request("dana"))).toMatchObject({ code: "not-requester" });
    accepted(await fixture.request("dora"));
  });

  test.each<MemberStatus>(["deactivated", "guest", "bot", "stranger"])(
    "R14: nobody who is %s",
    async (status) => {
      const fixture = await build();
      await fixture.people(["dana"], status);
      expect(await refusedUntouched(fixture, () => fixture.request("dana"))).toEqual({
        code: "not-requester",
        why: status,
        roles: [],
      });
    },
  );

  test("R14: nobody who was never seen", async () => {
    const fixture = await build();
    expect(await refusedUntouched(fixture, () => fixture.request("zoe"))).toEqual({
      code: "not-found",
      what: "member",
    });
  });

  test("R5: a request through a token is its member's; member and maker both count as its requester", async () => {
    const fixture = await build({ options: { requiredApprovals: 2 }, reviewers: ["bob", "carol", "dan"] });
    const [memberId, makerId] = [idOf("dana"), idOf("bob")];
    const token: Actor = { kind: "token", tokenId: "t1", name: "release bot", memberId, makerId };
    const number = await fixture.requested({ actor: token, surface: "api" });
    expect(await fixture.state(number)).toMatchObject({ requesterId: idOf("dana"), requestedBy: token });
    expect(refusal(await fixture.review("bob", number, "approve"))).toEqual({
      code: "not-reviewer",
      why: "self",
      number,
    });
    accepted(await fixture.cancel("bob", number));
  });
});
