import { listEnvironments } from "../../../db/catalog/environments.ts";
import { pageIntegrationsBySlug } from "../../../db/catalog/integration-lists.ts";
import type { Db } from "../../../db/connection/connect.ts";
import { findMany as findBuilds } from "../../../db/deployments/builds.ts";
import { listLiveDeployments } from "../../../db/deployments/live.ts";
import { findMany as findMembers } from "../../../db/people/members.ts";
import { actingMember } from "../../domain/shared/actor.ts";
import type { ByView } from "../requests/request-view.ts";
import { byView, namePeople } from "../shared/by-view.ts";

/** What is live of one integration in one environment. */
export type LiveEnvironment = {
  /** Its slug. */
  integration: string;
  environment: { slug: string; name: string };
  live: {
    /** The build's id where it was built. */
    build: string;
    version: string;
    commit: string | null;
    since: Date;
    by: ByView;
    /** Whether it came there past the gate. */
    outside: boolean;
  } | null;
};

/**
 * What is live where in a project, a page of its integrations, each in every environment of the pipeline; `next` is the
 * slug after which the next page begins.
 *
 * @param asked.limit integrations a page
 */
export async function getLive(
  db: Db,
  organizationId: string,
  projectId: string,
  asked: { after: string | null; limit: number },
): Promise<{ items: LiveEnvironment[]; next: string | null }> {
  const [found, environments] = await Promise.all([
    pageIntegrationsBySlug(db, organizationId, projectId, { ...asked, limit: asked.limit + 1 }),
    listEnvironments(db, organizationId, projectId),
  ]);
  const page = found.slice(0, asked.limit);
  const live = await listLiveDeployments(
    db,
    organizationId,
    page.map(({ id }) => id),
  );
  const [builds, people] = await Promise.all([
    findBuilds(
      db,
      organizationId,
      live.map(({ buildId }) => buildId),
    ),
    findMembers(
      db,
      organizationId,
      live.flatMap(({ startedBy }) => actingMember(startedBy) ?? []),
    ),
  ]);
  const personOf = namePeople(people);
  const items = page.flatMap((integration) =>
    environments.map((environment): LiveEnvironment => {
      const { slug } = integration;
      const here = live.find(
        (one) => one.integrationId === integration.id && one.environmentId === environment.id,
      );
      return {
        integration: slug,
        environment: { slug: environment.slug, name: environment.name },
        live: here
          ? {
              build: builds.get(here.buildId)?.externalId ?? "",
              ...{ version: here.version, commit: here.commit, since: here.since, outside: here.outside },
              by: byView(here.startedBy, personOf),
            }
          : null,
      };
    }),
  );
  return { items, next: found.length > page.length ? (page.at(-1)?.slug ?? null) : null };
}
