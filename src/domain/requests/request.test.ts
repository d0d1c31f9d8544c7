import { describe, expect, test } from "vitest";
import {
  everyState,
  inDays,
  now,
  optionsWith,
  sampleRequest,
  sampleStates,
  tokenForDana,
} from "../../../test/support/sample-request.ts";
import { member } from "../shared/actor.ts";
import {
  expiresAt,
  expiry,
  isOpen,
  move,
  namesAnotherMember,
  requesters,
  stateAt,
  transitions,
} from "./request.ts";

/** The transitions as docs/rules.md draws them, written a second time. */
const arrows = {
  pending: "approved rejected cancelled expired",
  approved: "promoting cancelled expired",
  promoting: "promoted failed",
  failed: "promoting cancelled expired promoted",
  rejected: "",
  cancelled: "",
  expired: "",
  promoted: "",
} as const;

describe("the states", () => {
  test("their arrows are those of the design, and no other", () => {
    const listed = Object.entries(transitions).map(([from, to]) => [from, to.join(" ")]);
    expect(Object.fromEntries(listed)).toEqual(arrows);
  });

  test.each(everyState.flatMap((from) => everyState.map((to) => [from, to] as const)))(
    "from %s to %s",
    (from, to) => {
      const request = sampleRequest(from);
      if (arrows[from].split(" ").includes(to)) {
        const moved = move(request, sampleStates[to]);
        expect(moved).toEqual({ ...request, state: sampleStates[to], version: request.version + 1 });
      } else {
        expect(() => move(request, sampleStates[to])).toThrow(`#42: no way from ${from} to ${to}`);
      }
    },
  );

  test.each(everyState)("R3: %s holds the place or gives it free", (name) => {
    const open = ["pending", "approved", "promoting", "failed"].includes(name);
    expect(isOpen(sampleStates[name])).toBe(open);
  });
});

describe("R5: who counts as the requester", () => {
  test.each([
    ["the member who asked", member("UDANA"), [], ["UDANA"]],
    ["a token's member and its maker", tokenForDana, [], ["UDANA", "UTOM"]],
    ["the maker of a token for themselves, once", { ...tokenForDana, makerId: "UDANA" }, [], ["UDANA"]],
    [
      "everyone to whom the token belongs or belonged",
      tokenForDana,
      ["UTOM", "UADA"],
      ["UDANA", "UTOM", "UADA"],
    ],
    [
      "the named member only once if the token now belongs to them",
      tokenForDana,
      ["UDANA"],
      ["UDANA", "UTOM"],
    ],
  ])("R5: %s", (_, requestedBy, tokenMemberIds, expected) => {
    expect(requesters({ requestedBy, requesterId: "UDANA", tokenMemberIds })).toEqual(expected);
  });

  test.each([
    ["a member for themselves", member("UDANA"), [], false],
    ["a token for its maker", { ...tokenForDana, makerId: "UDANA" }, ["UDANA"], false],
    ["a token for somebody to whom it belonged", tokenForDana, ["UTOM", "UDANA"], false],
    ["a token for another member", tokenForDana, ["UTOM"], true],
  ])("R5: whether a request names another member: %s", (_, requestedBy, tokenMemberIds, expected) => {
    expect(namesAnotherMember({ requestedBy, requesterId: "UDANA", tokenMemberIds })).toBe(expected);
  });
});

describe("R11: time", () => {
  test.each([
    ["pending", 5],
    ["approved", 2],
    ["failed", 2],
  ] as const)("R11: a request that becomes %s expires after %i days", (state, days) => {
    const options = optionsWith({ pendingDays: 5, unfinishedDays: 2 });
    expect(expiry(state, options, now)).toEqual(inDays(days));
  });

  test.each([
    ["pending", true],
    ["approved", true],
    ["failed", true],
    ["promoting", false],
    ["rejected", false],
    ["cancelled", false],
    ["expired", false],
    ["promoted", false],
  ] as const)("R11: %s can expire: %s", (name, can) => {
    expect(expiresAt(sampleStates[name]) !== null).toBe(can);
    const state = sampleStates[name];
    expect(stateAt(state, inDays(1, -1))).toBe(state);
    const after = can ? { name: "expired", at: inDays(1) } : state;
    expect(stateAt(state, inDays(1))).toEqual(after);
    expect(stateAt(state, inDays(9))).toEqual(after);
  });
});
