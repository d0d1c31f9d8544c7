import { randomUUID } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { expect } from "vitest";
import * as schema from "../../db/schema/index.ts";
import * as workflows from "../../db/workflow/workflow.ts";
import type { MemberStatus } from "../../src/domain/people/people.ts";
import type { Verdict } from "../../src/domain/requests/request.ts";
import { type Actor, member, system } from "../../src/domain/shared/actor.ts";
import type { Refusal } from "../../src/domain/shared/refusals.ts";
import type { Result } from "../../src/domain/shared/result.ts";
import { defaultOptions, type WorkflowOptions } from "../../src/domain/workflow/workflow.ts";
import {
  type ApplyDeploymentReport,
  applyDeploymentReport,
} from "../../src/usecases/deployments/apply-deployment-report.ts";
import { saveMembers } from "../../src/usecases/people/save-members.ts";
import { saveOrganization } from "../../src/usecases/people/save-organization.ts";
import { cancelPromotion } from "../../src/usecases/requests/cancel-promotion.ts";
import { promote } from "../../src/usecases/requests/promote.ts";
import { requestPromotion } from "../../src/usecases/requests/request-promotion.ts";
import { reviewPromotion } from "../../src/usecases/requests/review-promotion.ts";
import type { RequestPromotion } from "../../src/usecases/requests/submission.ts";
import { loadSeed } from "../../src/usecases/seed/load-seed.ts";
import type { SeedBuild, SeedRole, SeedWorkflow } from "../../src/usecases/seed/seed-content.ts";
import type { Context } from "../../src/usecases/shared/context.ts";
import { followSettings } from "../../src/usecases/workflow/follow-settings.ts";
import { catalogReads, readIds } from "./catalog-rows.ts";
import type { TestDatabase } from "./database.ts";

type Integration = {
  slug: string;
  name: string;
  deployer?: "record" | "webhook";
  compareUrl?: string;
  builds: SeedBuild[];
  live: Record<string, string>;
};

export type Project = {
  slug: string;
  name: string;
  requesters: string[];
  environments: { slug: string; name: string; critical: boolean }[];
  integrations: Integration[];
};

/** What a test loads: it wins over everything. */
type Content = { roles?: SeedRole[]; projects?: Project[]; workflow?: SeedWorkflow | undefined };

/**
 * Builds 1 to 4 of one integration. Build 3 is live in the first environment, 2 in the second, 1 in the last.
 */
export const commerce: Project = {
  slug: "commerce",
  name: "Commerce",
  requesters: [],
  environments: [
    { slug: "development", name: "Development", critical: false },
    { slug: "staging", name: "Staging", critical: false },
    { slug: "production", name: "Production", critical: true },
  ],
  integrations: [
    {
      slug: "orders",
      name: "Orders",
      deployer: "record",
      builds: ["1", "2", "3", "4"].map((id) => ({ id, version: `1.${id}.0`, commit: `c0ffee${id}` })),
      live: { development: "3", staging: "2", production: "1" },
    },
  ],
};

export type CatalogOptions = {
  /** Names of reviewers. Each holds the role Reviewer for the whole organization. Default: bob and carol. */
  reviewers?: readonly string[];
  projects?: Project[];
  roles?: SeedRole[];
  /** Whether the workflow is enabled. Null: no workflow was ever saved. Default: enabled. */
  enabled?: boolean | null;
  assignees?: readonly string[];
  options?: Partial<WorkflowOptions>;
};

/** Returns a person's member ID by name. */
export const idOf = (name: string): string => `U${name.toUpperCase()}`;

export const by = (name: string): Actor => member(idOf(name));

/**
 * Returns the value of a result.
 * @throws if it was refused
 */
export function accepted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.refusal)}`);
  return result.value;
}

/**
 * Returns the refusal of a result.
 * @throws if it was not refused
 */
export function refusal<T>(result: Result<T>): Refusal {
  if (result.ok) throw new Error(`Not refused: ${JSON.stringify(result.value)}`);
  return result.refusal;
}

/**
 * Returns the refusal of a result.
 * @throws if it was not refused, or if it changed any row
 */
export async function refusedUntouched<T>(
  fixture: { allRows(): Promise<unknown> },
  act: () => Promise<Result<T>>,
): Promise<Refusal> {
  const before = await fixture.allRows();
  const why = refusal(await act());
  expect(await fixture.allRows()).toEqual(before);
  return why;
}

export type Catalog = Awaited<ReturnType<typeof buildCatalog>>;

/**
 * Creates a separate organization in the database: dana and dora (developers), bob and carol (reviewers), ada
 * (admin), and the project Commerce with Development → Staging → Production. The clock is fixed unless a test
 * moves it.
 */
export async function buildCatalog(database: TestDatabase, options: CatalogOptions = {}) {
  const organizationId = `T${randomUUID().slice(0, 8)}`;
  const { db } = database.database;
  const clock = { now: new Date("2026-03-02T09:00:00.000Z"), woken: 0 };
  const context: Context = { db, now: () => clock.now, wake: () => clock.woken++ };
  const projects = options.projects ?? [commerce];
  const reviewers = options.reviewers ?? ["bob", "carol"];

  const people = (names: readonly string[], status: MemberStatus = "active") =>
    saveMembers(
      context,
      names.map((name) => ({
        organizationId,
        id: idOf(name),
        name,
        email: `${name}@acme.example`,
        timeZone: "Europe/Berlin",
        status,
      })),
    );
  const everywhere = (names: readonly string[]) =>
    names.map((name) => ({ memberId: idOf(name), projects: null }));
  const seed = async (content: Content): Promise<void> => {
    const { outcome, faults } = await loadSeed(context, {
      ...{ organizationId, content, force: true, dryRun: false },
    });
    if (outcome !== "loaded") throw new Error(`Not loaded: ${JSON.stringify(faults)}`);
  };

  await saveOrganization(context, { id: organizationId, name: "Acme", url: "https://acme.slack.example/" });
  await people([...new Set(["dana", "dora", "ada", ...reviewers])]);
  await seed({
    roles: [
      { name: "Admin", members: everywhere(["ada"]) },
      { name: "Reviewer", members: everywhere(reviewers) },
      ...(options.roles ?? []),
    ],
    projects,
  });
  const ids = await readIds(database, organizationId);
  const first = projects[0]?.integrations[0]?.slug ?? "";

  const fixture = {
    organizationId,
    context,
    clock,
    people,
    seed,
    idOf,
    integration: (slug = first, project = projects[0]?.slug) => ids.integration(`${project}/${slug}`),
    environment: (slug: string, project = projects[0]?.slug) => ids.environment(`${project}/${slug}`),
    build: (externalId: string, project = projects[0]?.slug) => ids.build(`${project}/${externalId}`),
    role: (name: string) => ids.role(name),

    /** Updates open requests after a change of settings or people, if one is queued, as the outbox does. */
    async follow() {
      const { outbox } = schema;
      const asked = await db
        .delete(outbox)
        .where(and(eq(outbox.organizationId, organizationId), eq(outbox.kind, "settings-changed")))
        .returning();
      if (asked.length > 0) await followSettings(context, organizationId);
    },

    /** Moves the clock forward. */
    later(by: { days?: number; hours?: number; ms?: number }) {
      const { days = 0, hours = 0, ms = 0 } = by;
      clock.now = new Date(clock.now.getTime() + days * 86_400_000 + hours * 3_600_000 + ms);
    },
    /** Sets who holds a role for the whole organization. */
    hold: (role: string, names: readonly string[]) =>
      seed({ roles: [{ name: role, members: everywhere(names) }] }),
    /** Saves the next version of the workflow. */
    saveWorkflow: (change: {
      enabled?: boolean;
      roles?: string[];
      assignees?: readonly string[];
      options?: Partial<WorkflowOptions>;
    }) =>
      db.transaction(async (tx) => {
        const current = await workflows.current(tx, organizationId);
        const next = {
          version: current.version + 1,
          enabled: change.enabled ?? current.enabled,
          roleIds: change.roles?.map((name) => ids.role(name)) ?? current.roleIds,
          assigneeIds: change.assignees?.map(idOf) ?? current.assigneeIds,
          options: { ...defaultOptions, ...current.options, ...change.options },
        };
        await workflows.add(tx, organizationId, next, system("test"), clock.now);
      }),
    /** Creates a deployment without a request. It is reported with `status`, unless it is still running. */
    async deploy(environment: string, build: string, status: "in progress" | "succeeded" = "succeeded") {
      const id = randomUUID();
      await db.insert(schema.deployments).values({
        ...{ organizationId, id, status: "in progress", startedBy: system("test"), startedAt: clock.now },
        ...{ integrationId: fixture.integration(), buildId: fixture.build(build) },
        environmentId: fixture.environment(environment),
      });
      if (status === "succeeded") accepted(await fixture.report(id, { status }));
      return id;
    },

    request: (name: string, change: Partial<RequestPromotion> = {}) =>
      requestPromotion(context, {
        ...{
          organizationId,
          actor: by(name),
          surface: "slack",
          confirmedFingerprint: null,
          message: "",
          replaces: null,
        },
        ...{ integrationId: fixture.integration(), targetId: fixture.environment("staging") },
        buildId: fixture.build("3"),
        ...change,
      }),
    review: (name: string, number: number, verdict: Verdict, comment = "", shown: string | null = null) =>
      reviewPromotion(context, {
        ...{ organizationId, number, reviewerId: idOf(name), verdict, comment, surface: "slack", shown },
      }),
    cancel: (name: string, number: number, reason = "") =>
      cancelPromotion(context, { organizationId, number, actor: by(name), surface: "slack", reason }),
    promote: (name: string, number: number, confirmedFingerprint: string | null = null) =>
      promote(context, { organizationId, number, actor: by(name), surface: "slack", confirmedFingerprint }),
    report: (deploymentId: string, report: ApplyDeploymentReport["report"], link: string | null = null) =>
      applyDeploymentReport(context, {
        ...{ organizationId, deploymentId, actor: system("test"), surface: "deployer", report, link },
      }),
    /** Requests a promotion as Dana and returns its number. */
    requested: async (change: Partial<RequestPromotion> = {}) =>
      accepted(await fixture.request("dana", change)).number,
    /** Requests a promotion as Dana, and approves it as Bob. */
    async approved(change: Partial<RequestPromotion> = {}) {
      const number = await fixture.requested(change);
      accepted(await fixture.review("bob", number, "approve"));
      return number;
    },
    /** Requests, approves, and promotes. The attempt is still running. */
    async promoting(change: Partial<RequestPromotion> = {}) {
      const number = await fixture.approved(change);
      return { number, ...accepted(await fixture.promote("dana", number)) };
    },

    ...catalogReads(database, organizationId),
  };
  // Not through the seed, which refuses a workflow that nobody could decide (R6), and some tests start with
  // one.
  if (options.enabled !== null) await fixture.saveWorkflow(workflowOf(options));
  // Discards the items of the setup, which tests should not see.
  await db.delete(schema.outbox).where(eq(schema.outbox.organizationId, organizationId));
  return fixture;
}

function workflowOf({ enabled, assignees, options }: CatalogOptions) {
  return {
    enabled: enabled ?? true,
    roles: ["Reviewer"],
    assignees: assignees ?? [],
    options: options ?? {},
  };
}
