import { describe, expect, test } from "vitest";
import {
  everyState,
  inDays,
  now,
  sampleRequest,
  tokenForDana,
} from "../../../test/support/sample-request.ts";
import { type Actor, member, system } from "../shared/actor.ts";
import { limits } from "../shared/limits.ts";
import { type CancellerFacts, cancel, mayCancel, replace, replaceable } from "./cancel.ts";
import type { StateName } from "./request.ts";

const nobody: CancellerFacts = {
  admin: false,
  reviewer: false,
  mayRequest: false,
  requesterDeactivated: false,
};
const cancellable: StateName[] = ["pending", "approved", "failed"];
const dana = member("UDANA");
const eve = member("UEVE");

describe("R10: who may cancel, and in which states", () => {
  test.each<[string, Actor, Partial<CancellerFacts>, StateName[]]>([
    ["the requester", dana, {}, cancellable],
    ["an admin", eve, { admin: true }, cancellable],
    ["a reviewer", eve, { reviewer: true }, ["approved", "failed"]],
    ["who may request", eve, { mayRequest: true }, []],
    [
      "who may request, the requester being deactivated",
      eve,
      { mayRequest: true, requesterDeactivated: true },
      cancellable,
    ],
    ["who may not request, the requester being deactivated", eve, { requesterDeactivated: true }, []],
    ["anyone else", eve, {}, []],
    ["a token for the requester", tokenForDana, {}, cancellable],
    ["the system", system("a job"), {}, []],
  ])("R10: %s: %j", (_, actor, facts, states) => {
    const given = { ...nobody, ...facts };
    const may = everyState.filter((name) => mayCancel(sampleRequest(name), actor, given, now));
    const did = everyState.filter((name) => cancel(sampleRequest(name), actor, given, "Because", now).ok);
    expect(may.toSorted()).toEqual(states.toSorted());
    expect(did).toEqual(may);
  });

  test("R5, R10: the maker of the token that the request was made through counts as its requester", () => {
    const request = sampleRequest("pending", { requestedBy: tokenForDana });
    expect(cancel(request, member("UTOM"), nobody, "", now).ok).toBe(true);
  });
});

describe("R10: cancelling", () => {
  test.each<[string, Actor, Partial<CancellerFacts>, string, string | null]>([
    ["the requester without a reason", dana, {}, " ", null],
    ["the requester with one", dana, {}, " Not now ", "Not now"],
    ["an admin with one", eve, { admin: true }, "Freeze", "Freeze"],
  ])("R10: %s", (_, actor, facts, reason, kept) => {
    const request = sampleRequest("approved");
    const state = { name: "cancelled", at: now, by: actor, reason: kept, replacedBy: null };
    expect(cancel(request, actor, { ...nobody, ...facts }, reason, now)).toEqual({
      ok: true,
      value: { ...request, version: request.version + 1, state },
    });
  });

  test.each<[string, Actor, Partial<CancellerFacts>, string, object]>([
    ["an admin without a reason", eve, { admin: true }, "", { code: "reason-required" }],
    ["a reviewer with only blanks", eve, { reviewer: true }, " \n", { code: "reason-required" }],
    ["somebody else, whatever they say", eve, {}, "", { code: "not-canceller", number: 42 }],
    [
      "a reason that is too long",
      dana,
      {},
      "x".repeat(limits.reason + 1),
      { code: "text-too-long", field: "reason", limit: limits.reason },
    ],
  ])("R10: %s is refused", (_, actor, facts, reason, refusal) => {
    const answer = cancel(sampleRequest("approved"), actor, { ...nobody, ...facts }, reason, now);
    expect(answer).toEqual({ ok: false, refusal });
  });

  test.each(everyState.filter((name) => !cancellable.includes(name)))("R10: not while it is %s", (name) => {
    const answer = cancel(sampleRequest(name), dana, { ...nobody, admin: true }, "Because", now);
    expect(answer).toEqual({ ok: false, refusal: { code: "not-cancellable", number: 42 } });
  });

  test.each(cancellable)("R11: not once a request that was %s has expired", (name) => {
    const request = sampleRequest(name);
    expect(cancel(request, dana, nobody, "", inDays(1, -1)).ok).toBe(true);
    expect(mayCancel(request, dana, nobody, inDays(1))).toBe(false);
    const refusal = { code: "not-cancellable", number: 42 };
    expect(cancel(request, dana, nobody, "", inDays(1))).toEqual({ ok: false, refusal });
  });
});

describe("R3: replacing", () => {
  test.each<[string, string | null, StateName[]]>([
    ["a newer build is live", "b3", cancellable],
    ["the requested build is live", "b2", []],
    ["nothing is live", null, []],
  ])("R3: %s: these may be replaced: %j, %j", (_, liveBuildId, states) => {
    const may = everyState.filter((name) => replaceable(sampleRequest(name), liveBuildId, now));
    expect(may.toSorted()).toEqual(states.toSorted());
  });

  test.each(cancellable)("R11: what was %s and has expired needs no replacing", (name) => {
    expect(replaceable(sampleRequest(name), "b3", inDays(1))).toBe(false);
  });

  test("R3: the replaced request names the one that took its place", () => {
    const request = sampleRequest("failed");
    const state = { name: "cancelled", at: now, by: eve, reason: null, replacedBy: 43 };
    expect(replace(request, eve, 43, now)).toEqual({ ...request, version: request.version + 1, state });
  });
});
