import { expect, test } from "vitest";
import type { Call } from "../stories/pipeline.ts";
import type { Rename } from "../stories/renames.ts";
import { SettingsHistory } from "../stories/settings-history.ts";
import { checkCalls } from "./calls.ts";
import type { Facts } from "./facts.ts";
import { firstHeld, heldFrom, renamesOf } from "./fixture.ts";

/** A run in which a pipeline with Ann's token may have made request 1, and may have cancelled it. */
type Run = {
  calls?: Partial<Call>[];
  /** The messages of the requests, numbered from 1. */
  requests?: string[];
  cancelledBy?: string;
  tried?: Rename[];
  /** The name that the integration `flow` has. */
  name?: string;
};

function faults({
  calls = [],
  requests = ["ask 1"],
  cancelledBy,
  tried = [],
  name = "flow 1",
}: Run): string[] {
  const history = new SettingsHistory();
  history.add(firstHeld);
  history.add(heldFrom(100, { away: ["ann"] }));
  const call: Call = {
    ...{ what: "request", ownerId: "ann", number: 0, typed: "ask 1" },
    ...{ at: 50_000, answeredAt: 51_000, answers: [{ status: 201, body: { number: 1 } }] },
  };
  const facts = {
    requests: requests.map((message, index) => ({ message, number: index + 1 })),
    audit:
      cancelledBy === undefined
        ? []
        : [
            {
              ...{ subject: "request:1", action: "request.cancelled" },
              actor: { kind: "token", memberId: cancelledBy },
            },
          ],
    integrations: [{ id: "flow", slug: "flow", name }],
  };
  const world = {
    ...{ admin: { history }, renames: renamesOf(...tried) },
    pipeline: { calls: calls.map((change) => ({ ...call, ...change })) },
  };
  return checkCalls(world, facts as unknown as Facts);
}

const refused = (code: string, detail = "It was refused.") => ({ status: 409, body: { code, detail } });

test("a call that was carried out once, and one that was refused with a reason, have no fault", () => {
  expect(faults({ calls: [{}] })).toEqual([]);
  expect(
    faults({
      calls: [
        {
          answers: [
            { status: 0, body: {} },
            { status: 201, body: { number: 1 } },
          ],
        },
      ],
    }),
  ).toEqual([]);
  expect(faults({ calls: [{ answers: [refused("open-request")] }], requests: [] })).toEqual([]);
  const cancel = { what: "cancel", number: 1, typed: "", answers: [{ status: 200, body: {} }] } as const;
  expect(faults({ calls: [{ ...cancel, answers: [...cancel.answers] }], cancelledBy: "ann" })).toEqual([]);
  // Its first try may have been carried out before the answer was lost.
  expect(faults({ calls: [{ answers: [{ status: 502, body: {} }, refused("open-request")] }] })).toEqual([]);
});

test.each<[string, Run, string]>([
  ["a request that was answered and is not there", { calls: [{}], requests: [] }, "did not happen"],
  ["another number than the request's", { calls: [{}], requests: ["ask 0", "ask 1"] }, "did not happen"],
  [
    "two numbers under one key",
    { calls: [{ answers: [1, 2].map((number) => ({ status: 201, body: { number } })) }] },
    "was answered with #1 and #2",
  ],
  ["a refusal of what happened", { calls: [{ answers: [refused("open-request")] }] }, "and it happened"],
  ["a refusal with no reason", { calls: [{ answers: [refused("x", "")] }], requests: [] }, "with no reason"],
  [
    "a token that is refused while its owner is there",
    { calls: [{ answers: [{ status: 401, body: { code: "token-invalid", detail: "No." } }] }], requests: [] },
    "its owner was there",
  ],
  [
    "a cancellation by somebody else's token",
    { calls: [{ what: "cancel", number: 1, answers: [{ status: 200, body: {} }] }], cancelledBy: "bob" },
    "did not happen",
  ],
])("%s is a fault", (_, run, words) => {
  expect(faults(run).join("\n")).toContain(words);
});

test("a token whose owner is away is refused", () => {
  const answers = [{ status: 401, body: { code: "token-invalid", detail: "Its owner left." } }];
  expect(faults({ calls: [{ at: 150_000, answeredAt: 151_000, answers }], requests: [] })).toEqual([]);
});

test("an integration has the name that it was given last, or one that was never answered after that", () => {
  const rename = (name: string, second: number, answered = true): Rename => ({
    ...{ integrationId: "flow", name, sentAt: second * 1_000 },
    answeredAt: answered ? second * 1_000 + 500 : Infinity,
  });
  const tried = [rename("flow 2", 10), rename("flow 3", 20), rename("flow 4", 30, false)];
  expect(faults({ tried, name: "flow 3" })).toEqual([]);
  expect(faults({ tried, name: "flow 4" })).toEqual([]);
  expect(faults({ tried, name: "flow 2" })).toEqual([
    "flow is called flow 2, and should be flow 3 or flow 4",
  ]);
});
