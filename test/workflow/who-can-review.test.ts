import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MemberStatus } from "../../src/domain/people/people.ts";
import type { NotReviewer } from "../../src/domain/shared/refusals.ts";
import { getRequest } from "../../src/queries/requests/get-request.ts";
import { getViewerRights } from "../../src/queries/requests/get-viewer-rights.ts";
import { countWaitingFor, listPending } from "../../src/queries/requests/list-requests.ts";
import { accepted, buildCatalog, type Catalog, commerce, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const roles = ["organization", "project", "elsewhere", "none"] as const;
const statuses: MemberStatus[] = ["active", "guest", "bot", "deactivated", "stranger"];
const assigned = ["nobody is assigned", "assigned", "others are assigned"] as const;
const ruled = ["as it was asked for", "changed meanwhile"] as const;
const self = ["no self-review", "self-review"] as const;

/** The person in question: their roles, and their account in Slack. */
type Subject = { name: string; role: (typeof roles)[number]; status: MemberStatus };
type Rules = {
  assignee: (typeof assigned)[number];
  meanwhile: (typeof ruled)[number];
  self: (typeof self)[number];
};

const subjects: Subject[] = roles.flatMap((role) =>
  statuses.map((status) => ({ name: `${role}-${status}`, role, status })),
);

/** People who can always review, so that the requests stay undecided. */
const steady = ["rex", "rita", "roy", "rose"];

/** R4 and R5, written independently of the product's code. */
function expected(subject: Subject, rules: Rules, requester: boolean): NotReviewer | null {
  if (subject.status !== "active") return subject.status;
  if (subject.role === "none" || subject.role === "elsewhere") return "role";
  if (rules.assignee === "others are assigned") return "assignee";
  return requester && rules.self === "no self-review" ? "self" : null;
}

const orders = commerce.integrations[0] as (typeof commerce.integrations)[number];

/** Creates an integration for each subject, who requests its promotion, and one for dana. */
const integrations = ["dana", ...subjects.map(({ name }) => name)].map((name, i) => ({
  ...{ ...orders, slug: name, name, live: { development: `${i}-3`, staging: `${i}-2` } },
  // The catalog's own requests are for build 3 of the first integration.
  builds: [
    ...orders.builds.map((build) => ({ ...build, id: `${i}-${build.id}` })),
    ...(i === 0 ? orders.builds : []),
  ],
}));
const projects = [
  { ...commerce, integrations },
  { ...commerce, slug: "finance", name: "Finance", integrations: [] },
];

/**
 * Requests everything under one workflow, then saves these rules. Returns the numbers of the requests by
 * requester.
 */
async function build(rules: Rules) {
  const fixture = await buildCatalog(database, { projects, reviewers: steady });
  const names = subjects.map(({ name }) => name);
  await fixture.people(names);
  const place = { organization: null, project: ["commerce"], elsewhere: ["finance"] } as const;
  const held = subjects.flatMap(({ name, role }) =>
    role === "none" ? [] : [{ memberId: idOf(name), projects: place[role] && [...place[role]] }],
  );
  const everywhere = (list: readonly string[]) =>
    list.map((name) => ({ memberId: idOf(name), projects: null }));
  const holders = [...everywhere(steady), ...held];
  // The rules at the time of the request are the opposite: people who cannot review now could, and vice
  // versa.
  const before = [
    ...everywhere(steady),
    ...everywhere(subjects.filter((one) => expected(one, rules, false) !== null).map(({ name }) => name)),
  ];
  await changeRole(fixture, "Reviewer", holders);
  const now = {
    assignees:
      rules.assignee === "nobody is assigned"
        ? []
        : [...steady, ...(rules.assignee === "assigned" ? names : [])],
    options: { requiredApprovals: 4, selfReview: rules.self === "self-review" },
  };
  const late = rules.meanwhile === "changed meanwhile";
  if (late) {
    await changeRole(fixture, "Reviewer", before);
    await fixture.saveWorkflow({ options: { requiredApprovals: 4, selfReview: !now.options.selfReview } });
  } else await fixture.saveWorkflow(now);
  const numbers = new Map<string, number>();
  for (const [i, name] of ["dana", ...names].entries()) {
    const change = { integrationId: fixture.integration(name), buildId: fixture.build(`${i}-3`) };
    numbers.set(name, accepted(await fixture.request(name, change)).number);
  }
  if (late) {
    await changeRole(fixture, "Reviewer", holders);
    await fixture.saveWorkflow(now);
  }
  for (const status of statuses) {
    await fixture.people(
      subjects.filter((one) => one.status === status).map(({ name }) => name),
      status,
    );
  }
  return { fixture, number: (name: string) => numbers.get(name) as number };
}

const changeRole = (
  fixture: Catalog,
  name: string,
  members: { memberId: string; projects: string[] | null }[],
) => fixture.seed({ projects, roles: [{ name, members }] });

/** Returns what a person is told and shown about a request, from everything that says who can review. */
async function seenBy(fixture: Catalog, name: string, number: number) {
  const { organizationId, clock, context } = fixture;
  const [db, viewerId, now] = [context.db, idOf(name), clock.now];
  const view = await getRequest(db, organizationId, number, now);
  if (view === undefined) throw new Error(`There is no #${number}`);
  const { review } = await getViewerRights(db, view, viewerId, now);
  const asking = { organizationId, viewerId, projectId: null, size: 100, now };
  const { lines } = await listPending(db, asking, null);
  return {
    rights: review.eligible ? null : review.why,
    named: view.reviewers.some(({ id }) => id === viewerId),
    listed: lines.find((line) => line.number === number)?.group,
    inList: lines.filter(({ group }) => group === "review").length,
    counted: await countWaitingFor(db, organizationId, viewerId, now),
  };
}

const tables = assigned.flatMap((assignee) =>
  ruled.flatMap((meanwhile) => self.map((one) => ({ assignee, meanwhile, self: one }))),
);

describe.each(tables)("R4, R5: who can review: $assignee, $self, rules $meanwhile", (rules) => {
  let built: Awaited<ReturnType<typeof build>>;
  beforeAll(async () => {
    built = await build(rules);
  });

  const people = subjects.flatMap((subject) => [
    { ...subject, asked: "another's", requester: false },
    { ...subject, asked: "their own", requester: true },
  ]);

  test.each(people)("R4, R5: role: $role, $status, of $asked request", async ({ requester, ...subject }) => {
    const { fixture, number: numberOf } = built;
    const { name } = subject;
    const number = numberOf(requester ? name : "dana");
    const why = expected(subject, rules, requester);
    const others = expected(subject, rules, false) === null ? subjects.length : 0;
    const own = expected(subject, rules, true) === null ? 1 : 0;
    const seen = await seenBy(fixture, name, number);
    const waits = others + own - (await reviewedBefore(built, name));
    expect(seen).toEqual({
      rights: why,
      named: why === null,
      listed: why === null ? "review" : requester ? "asked" : "rest",
      inList: waits,
      counted: waits,
    });
    if (why === null) {
      expect(accepted(await fixture.review(name, number, "approve"))).toEqual({ outcome: "counted" });
      expect((await seenBy(fixture, name, number)).counted).toBe(waits - 1);
      return;
    }
    const refused = { code: "not-reviewer", why, number };
    expect(refusal(await fixture.review(name, number, "approve"))).toEqual(refused);
    expect(refusal(await fixture.review(name, number, "reject", "No"))).toEqual(refused);
  });

  test("R4: somebody whom nobody knows is a stranger, and nothing waits for them", async () => {
    const { fixture, number } = built;
    const seen = await seenBy(fixture, "nobody", number("dana"));
    expect(seen).toEqual({ rights: "stranger", named: false, listed: "rest", inList: 0, counted: 0 });
    expect(refusal(await fixture.review("nobody", number("dana"), "approve"))).toMatchObject({
      why: "stranger",
    });
  });
});

/** Returns how many reviews a person has given. Reviewed requests are no longer waiting for them. */
async function reviewedBefore({ fixture }: Awaited<ReturnType<typeof build>>, name: string): Promise<number> {
  const { reviews = [] } = await fixture.allRows();
  return reviews.filter((row) => (row as { reviewer_id: string }).reviewer_id === idOf(name)).length;
}
