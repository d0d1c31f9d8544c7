import fc from "fast-check";
import { build, flag, one, place, type Step, type Token, token, type Via, via } from "./steps.ts";

const guarded = fc.constantFrom(1, 2);

/** What somebody asks for and two reviewers approve. */
const approved = (place: number, target: number, wanted: Via): Step[] => [
  { do: "request", by: "dana", via: wanted, place, target, replaces: true },
  { do: "review", by: "bob", back: 1, verdict: "approve" },
  { do: "review", by: "carol", back: 1, verdict: "approve" },
];

/** A request that gets far, so that many runs reach what follows an approval. */
const approval = fc
  .record({ place, target: guarded, wanted: via })
  .map(({ place, target, wanted }) => approved(place, target, wanted));

const finish = fc.constant<Step[]>([{ do: "promote", by: "dana", via: "slack", back: 1 }, { do: "drain" }]);

/** What ends a request while a deployment of its build is in progress. */
type Meanwhile = "cancelled" | "replaced" | "expired" | "still open";

const meanwhile = fc.constantFrom<Meanwhile>("cancelled", "cancelled", "replaced", "expired", "still open");

function endOf(
  how: Meanwhile,
  request: { place: number; target: number; build: number; by: string },
): Step[] {
  const { place, target, build, by } = request;
  switch (how) {
    case "cancelled":
      return [{ do: "cancel", by, via: "slack", back: 1 }];
    case "replaced":
      return [
        deployed("ada", { place, target: target - 1, build: build + 1 }),
        { do: "request", by, via: "slack", place, target, replaces: true },
      ];
    case "expired":
      return [{ do: "wait", hours: 200 }];
    case "still open":
      return [];
  }
}

type Deployed = { place: number; target: number; build: number; run?: number };

/** `run`: by default one that no other step uses, so that it is a deployment of its own. */
const deployed = (
  token: Token,
  { run = 5, ...what }: Deployed,
  status: "in progress" | "succeeded" = "succeeded",
): Step => ({ do: "deploy", token, ...what, run, status, startedAgo: null });

/** A pipeline deploys an approved build by itself, and reports its success when the request may have ended. */
const latePipeline = fc
  .record({
    ...{ place, target: guarded, wanted: via, build, run: fc.constantFrom(3, 4) },
    ...{ how: meanwhile, by: fc.constantFrom("dana", "ada"), first: token, last: token, drains: flag },
  })
  .map(({ wanted, run, how, by, first, last, drains, ...what }): Step[] => [
    deployed(first, { ...what, target: what.target - 1 }),
    ...approved(what.place, what.target, wanted),
    deployed(first, { ...what, run }, "in progress"),
    ...endOf(how, { ...what, by }),
    ...(drains ? [{ do: "drain" } as const] : []),
    deployed(last, { ...what, run }),
  ]);

/** Ledger's webhook stays silent until its attempt ends as unknown, and reports its success after that. */
const lateAttempt = fc
  .record({
    ...{ target: guarded, wanted: via, build, how: meanwhile, by: fc.constantFrom("dana", "ada") },
    reporter: fc.constantFrom("deployer" as const, "ada" as const, "dana" as const),
  })
  .map(({ target, wanted, build, how, by, reporter }): Step[] => [
    ...approved(2, target, wanted),
    { do: "promote", by: "dana", via: "slack", back: 1 },
    { do: "drain" },
    { do: "wait", hours: 1 },
    { do: "job", job: "silence" },
    ...endOf(how, { place: 2, target, build, by }),
    { do: "report", via: reporter, back: 1, status: "succeeded" },
  ]);

/** The steps of one run. */
export const walk: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { arbitrary: one.map((step): Step[] => [step as Step]), weight: 10 },
      { arbitrary: approval, weight: 2 },
      { arbitrary: finish, weight: 1 },
      { arbitrary: latePipeline, weight: 1 },
      { arbitrary: lateAttempt, weight: 1 },
    ),
    { minLength: 1, maxLength: 24, size: "max" },
  )
  .map((parts) => parts.flat());
