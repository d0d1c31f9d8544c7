import fc from "fast-check";

/** What somebody does in one step. It holds only plain data, so that a failure prints as it can be repeated. */
export type Step =
  | { do: "request"; by: string; via: Via; place: number; target: number; replaces: boolean }
  | { do: "review"; by: string; back: number; verdict: "approve" | "reject" }
  | { do: "promote"; by: string; via: Via; back: number }
  | { do: "cancel"; by: string; via: Via; back: number }
  | Deploy
  | { do: "report"; via: "deployer" | Token; back: number; status: ReportedStatus }
  | { do: "record"; by: string; place: number; target: number; build: number }
  | { do: "workflow"; by: string; change: WorkflowChange }
  | { do: "turnOff"; by: string; cancelOpen: boolean }
  | { do: "person"; who: string; status: "active" | "deactivated" | "guest" }
  | { do: "role"; by: string; role: string; members: string[] }
  | { do: "deleteRole"; by: string; role: string }
  | { do: "requesters"; by: string; place: number; roles: string[] }
  | { do: "pipeline"; by: string; place: number; pipeline: PipelineEntry[] }
  | { do: "archive"; by: string; place: number; what: "project" | "integration" }
  | { do: "putProject"; token: Token; place: number; pipeline: PipelineEntry[]; roles?: string[] | undefined }
  | {
      do: "putIntegration";
      token: Token;
      place: number;
      renamed: boolean;
      deployer?: "record" | "webhook" | undefined;
    }
  | Seed
  | { do: "wait"; hours: number }
  | { do: "drain" }
  | { do: "job"; job: "expire" | "silence" };

export type Token = "ada" | "dana";
export type Via = "slack" | Token;
type ReportedStatus = "in progress" | "succeeded" | "failed";

/** `run`: which of a few ids the pipeline uses, so that several reports are about one deployment. */
export type Deploy = {
  do: "deploy";
  token: Token;
  place: number;
  target: number;
  build: number;
  run: number;
  status: ReportedStatus;
  /** How many minutes ago it started; null: the call does not say. */
  startedAgo: number | null;
};

export type WorkflowChange = {
  enabled?: boolean | undefined;
  gate?: "every" | "critical" | undefined;
  roles?: string[] | undefined;
  assignees?: string[] | undefined;
  requiredApprovals?: number | undefined;
  selfReview?: boolean | undefined;
  pendingDays?: number | undefined;
};

/** An environment of a pipeline as somebody names it. What is undefined is left out. */
export type PipelineEntry = {
  slug: string;
  previousSlug?: string | undefined;
  critical?: boolean | undefined;
};

export type Seed = {
  do: "seed";
  force: boolean;
  place: number;
  pipeline?: PipelineEntry[] | undefined;
  requesters?: string[] | undefined;
  roles: { name: string; members?: string[] | undefined }[];
  live?: { target: number; build: number } | undefined;
  workflow?: WorkflowChange | undefined;
};

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 1 });
const anybody = fc.constantFrom("dana", "dana", "dora", "bob", "carol", "ada", "alan", "erin", "finn");
const admin = fc.constantFrom("ada", "ada", "alan", "dana");
const reviewer = fc.constantFrom("bob", "bob", "carol", "ada", "erin", "dana");
export const token = fc.constantFrom<Token>("ada", "dana");
export const via = fc.constantFrom<Via>("slack", "slack", "ada", "dana");
export const place = fc.constantFrom(0, 0, 0, 1, 2);
const target = fc.constantFrom(1, 2, 2, 1, 0);
const back = fc.constantFrom(1, 1, 1, 1, 2, 3);
export const build = fc.nat({ max: 3 });
const roles = fc.subarray(["Reviewer", "Auditor", "Payer"]);
const people = fc.subarray(["bob", "carol", "ada", "erin", "dana", "alan"]);
export const flag = fc.boolean();

/** `new<old` renames. */
const entry = (text: string) => {
  const [slug = "", previousSlug] = text.split("<");
  return fc.record({
    ...{ slug: fc.constant(slug), previousSlug: fc.constant(previousSlug) },
    critical: fc.option(flag, { nil: undefined, freq: 2 }),
  });
};

/** Pipelines that keep, drop, reorder, replace, and add environments. */
const pipeline = fc
  .constantFrom(
    ["development", "staging", "production"],
    ["development", "staging", "production"],
    ["development", "production"],
    ["development", "staging"],
    ["production", "staging", "development"],
    ["development", "production", "staging"],
    ["development", "staging", "prod"],
    ["development", "staging", "production", "disaster"],
    ["development", "testing", "staging", "production"],
    ["development", "staging", "prod<production"],
    ["development", "stage<staging", "production"],
    ["production"],
  )
  .chain((slugs) => fc.tuple(...slugs.map(entry)));

const workflowChange = fc.record({
  enabled: maybe(fc.constantFrom(true, true, false)),
  gate: maybe(fc.constantFrom("every" as const, "critical" as const)),
  roles: maybe(fc.subarray(["Reviewer", "Auditor"], { minLength: 1 })),
  assignees: maybe(fc.subarray(["bob", "carol", "erin"], { maxLength: 2 })),
  requiredApprovals: maybe(fc.constantFrom(1, 1, 2)),
  selfReview: maybe(flag),
  pendingDays: maybe(fc.constantFrom(1, 7)),
});

const request = fc.record({
  by: anybody,
  via,
  place,
  target,
  replaces: flag,
  do: fc.constant("request" as const),
});
const review = fc.record({
  ...{ do: fc.constant("review" as const), by: reviewer, back },
  verdict: fc.constantFrom("approve", "approve", "approve", "reject" as const),
});
const promote = fc.record({ do: fc.constant("promote" as const), by: anybody, via, back });
const cancel = fc.record({ do: fc.constant("cancel" as const), by: anybody, via, back });
const deploy = fc.record({
  ...{ do: fc.constant("deploy" as const), token, place, target, build, run: fc.nat({ max: 2 }) },
  status: fc.constantFrom<ReportedStatus>("succeeded", "succeeded", "in progress", "in progress", "failed"),
  startedAgo: fc.constantFrom(null, null, 0, 30, 600),
});
const report = fc.record({
  ...{ do: fc.constant("report" as const), back },
  via: fc.constantFrom("deployer" as const, "ada" as const, "dana" as const),
  status: fc.constantFrom<ReportedStatus>("succeeded", "succeeded", "failed", "in progress"),
});
const drain = fc.constant({ do: "drain" as const });
const wait = fc.record({ do: fc.constant("wait" as const), hours: fc.constantFrom(1, 12, 30, 80, 200) });

const seed = fc.record({
  ...{ do: fc.constant("seed" as const), force: flag, place, pipeline: maybe(pipeline) },
  requesters: maybe(fc.subarray(["Payer"])),
  roles: fc.array(
    fc.record({ name: fc.constantFrom("Reviewer", "Auditor", "Payer", "Admin"), members: maybe(people) }),
    { maxLength: 2 },
  ),
  live: maybe(fc.record({ target, build })),
  workflow: maybe(workflowChange),
});

const settings = [
  fc.record({ do: fc.constant("workflow" as const), by: admin, change: workflowChange }),
  fc.record({ do: fc.constant("turnOff" as const), by: admin, cancelOpen: flag }),
  fc.record({
    ...{ do: fc.constant("person" as const), who: anybody },
    status: fc.constantFrom("active", "active", "deactivated", "guest" as const),
  }),
  fc.record({
    ...{ do: fc.constant("role" as const), by: admin, members: people },
    role: fc.constantFrom("Reviewer", "Auditor", "Payer", "Admin"),
  }),
  fc.record({ do: fc.constant("deleteRole" as const), by: admin, role: fc.constantFrom("Payer", "Auditor") }),
  fc.record({ do: fc.constant("requesters" as const), by: admin, place, roles }),
  fc.record({ do: fc.constant("pipeline" as const), by: admin, place, pipeline }),
  fc.record({
    ...{ do: fc.constant("archive" as const), by: admin, place },
    what: fc.constantFrom("project", "integration" as const),
  }),
];

const catalog = [
  fc.record({ do: fc.constant("putProject" as const), token, place, pipeline, roles: maybe(roles) }),
  fc.record({
    ...{ do: fc.constant("putIntegration" as const), token, place, renamed: flag },
    deployer: maybe(fc.constantFrom("record" as const, "webhook" as const)),
  }),
  seed,
];

/** One step, whatever was done before it. */
export const one = fc.oneof(
  ...[request, review, promote, deploy].map((arbitrary) => ({ arbitrary, weight: 6 })),
  ...[report, drain].map((arbitrary) => ({ arbitrary, weight: 4 })),
  ...[cancel, wait].map((arbitrary) => ({ arbitrary, weight: 2 })),
  ...catalog.map((arbitrary) => ({ arbitrary, weight: 3 })),
  ...settings.map((arbitrary) => ({ arbitrary, weight: 1 })),
  {
    arbitrary: fc.record({
      ...{ do: fc.constant("record" as const), by: admin, place, target, build },
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      do: fc.constant("job" as const),
      job: fc.constantFrom("expire", "silence" as const),
    }),
    weight: 1,
  },
);
