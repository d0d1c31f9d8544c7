import { describe, expect, test } from "vitest";
import { deliveryCoverage, type RecipientStatus } from "./delivery-coverage.ts";

const people = ["bob", "carol", "dora"].map((name) => ({ id: `U${name}`, name }));

const told = (name: string, how: Partial<RecipientStatus>): RecipientStatus => ({
  recipientId: `U${name}`,
  reached: false,
  failed: false,
  channel: false,
  directly: true,
  ...how,
});

const inChannel = (how: Partial<RecipientStatus>) => told("C", { channel: true, directly: false, ...how });

test("everybody reached: nothing to say", () => {
  const all = people.map(({ name }) => told(name, { reached: true }));
  expect(deliveryCoverage(people, all)).toBeNull();
  expect(deliveryCoverage(people, [])).toBeNull();
});

test("who is still being tried is not out of reach", () => {
  expect(deliveryCoverage(people, [told("bob", { reached: true }), told("carol", {})])).toBeNull();
});

test("whom everything failed for is out of reach; who is still being tried counts on neither side", () => {
  const some = [told("bob", { reached: true }), told("carol", { failed: true }), told("dora", {})];
  expect(deliveryCoverage(people, some)).toEqual({
    reached: 1,
    asked: 3,
    unreached: [{ id: "Ucarol", name: "carol" }],
  });
});

test("who may not review it any more does not count", () => {
  expect(deliveryCoverage(people.slice(0, 1), [told("carol", { failed: true })])).toBeNull();
});

describe("a card in a channel", () => {
  const emailFailed = { failed: true, directly: false };

  test("reaches who got no card of their own, whatever became of their email", () => {
    const some = [inChannel({ reached: true }), told("bob", emailFailed), told("carol", emailFailed)];
    expect(deliveryCoverage(people, some)).toBeNull();
  });

  test("does not reach who was asked directly because they are not in it", () => {
    const some = [inChannel({ reached: true }), told("bob", emailFailed), told("carol", { failed: true })];
    expect(deliveryCoverage(people, some)).toEqual({
      reached: 2,
      asked: 3,
      unreached: [{ id: "Ucarol", name: "carol" }],
    });
  });

  test("that is not posted yet keeps those in it being tried", () => {
    expect(deliveryCoverage(people, [inChannel({}), told("bob", emailFailed)])).toBeNull();
  });

  test("that was given up reaches nobody", () => {
    const some = [inChannel({ failed: true }), told("bob", emailFailed), told("carol", { reached: true })];
    expect(deliveryCoverage(people, some)).toMatchObject({ reached: 1, unreached: [{ name: "bob" }] });
  });
});
