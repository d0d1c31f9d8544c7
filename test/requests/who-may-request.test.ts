import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Standing } from "../../src/domain/people/people.ts";
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
    const house = await build({ reviewers: ["bob"] });
    expect(await refusedUntouched(house, () => house.request("bob"))).toEqual({
      code: "too-few-reviewers",
      required: 1,
      available: 0,
      workflowRoles: ["Reviewer"],
    });
    accepted(await house.request("dana"));
  });

  test("R5, R6: where the workflow allows self-review the requester is counted", async () => {
    const house = await build({ reviewers: ["bob"], options: { selfReview: true } });
    expect(accepted(await house.request("bob")).state).toBe("pending");
  });

  test("R4, R6: only who may review now is counted: roles, assignees and standing", async () => {
    const house = await build({
      reviewers: ["bob", "carol", "gus"],
      assignees: ["bob", "gus"],
      options: { requiredApprovals: 2 },
    });
    await house.people(["gus"], "guest");
    expect(await refusedUntouched(house, () => house.request("dana"))).toMatchObject({
      code: "too-few-reviewers",
      required: 2,
      available: 1,
    });
    await house.people(["gus"]);
    accepted(await house.request("dana"));
  });

  test("R4, R6: a role held for another project does not count", async () => {
    const finance = { ...commerce, slug: "finance", name: "Finance" };
    const house = await build({ projects: [commerce, finance], reviewers: [] });
    await house.people(["fay"]);
    await house.seed({
      roles: [{ name: "Reviewer", members: [{ memberId: idOf("fay"), projects: ["finance"] }] }],
      projects: [commerce, finance],
    });
    expect(await refusedUntouched(house, () => house.request("dana"))).toMatchObject({ available: 0 });
    accepted(
      await house.request("dana", {
        integrationId: house.integration("orders", "finance"),
        targetId: house.environment("staging", "finance"),
        buildId: house.build("3", "finance"),
      }),
    );
  });
});

describe("R14: who may request", () => {
  const withRequesters = (): Promise<Catalog> =>
    build({
      roles: [{ name: "Developer", members: [{ memberId: idOf("dana"), projects: null }] }],
      projects: [{ ...commerce, requesters: ["Developer"] }],
    });

  test("R14: only holders of a requester role, where the project has one", async () => {
    const house = await withRequesters();
    expect(await refusedUntouched(house, () => house.request("dora"))).toEqual({
      code: "not-requester",
      why: "role",
      roles: ["Developer"],
    });
    accepted(await house.request("dana"));
  });

  test("R14: looked up at the click", async () => {
    const house = await withRequesters();
    await house.hold("Developer", ["dora"]);
    expect(refusal(await house.request("dana"))).toMatchObject({ code: "not-requester" });
    accepted(await house.request("dora"));
  });

  test.each<Standing>(["deactivated", "guest", "bot", "stranger"])(
    "R14: nobody who is %s",
    async (standing) => {
      const house = await build();
      await house.people(["dana"], standing);
      expect(await refusedUntouched(house, () => house.request("dana"))).toEqual({
        code: "not-requester",
        why: standing,
        roles: [],
      });
    },
  );

  test("R14: nobody who was never seen", async () => {
    const house = await build();
    expect(await refusedUntouched(house, () => house.request("zoe"))).toEqual({
      code: "not-found",
      what: "member",
    });
  });

  test("R5: a request through a token is its member's; member and maker both count as its requester", async () => {
    const house = await build({ options: { requiredApprovals: 2 }, reviewers: ["bob", "carol", "dan"] });
    const [memberId, makerId] = [idOf("dana"), idOf("bob")];
    const token: Actor = { kind: "token", tokenId: "t1", name: "release bot", memberId, makerId };
    const number = await house.requested({ actor: token, surface: "api" });
    expect(await house.state(number)).toMatchObject({ requesterId: idOf("dana"), requestedBy: token });
    expect(refusal(await house.review("bob", number, "approve"))).toEqual({
      code: "not-reviewer",
      why: "self",
      number,
    });
    accepted(await house.cancel("bob", number));
  });
});
