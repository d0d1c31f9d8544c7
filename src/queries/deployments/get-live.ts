import { listEnvironments } from "../../../db/catalog/environments.ts";
import { pageIntegrationsBySlug } from "../../../db/catalog/integration-lists.ts";
import type { Db } from "../../../db/connection/connect.ts";
import { findMany as findBuilds } from "../../../db/deployments/builds.ts";
import { listBypassMarks } from "../../../db/deployments/bypass-marks.ts";
import { listLiveDeployments } from "../../../db/deployments/live-builds.ts";
import { findMany as findMembers } from "../../../db/people/members.ts";
import { actingMember } from "../../domain/shared/actor.ts";
import type { ByView } from "../requests/request-view.ts";
import { byView, namePeople } from "../shared/name-people.ts";

/** What is live of an integration in an environment. */
export type LiveEnvironment = {
  /** The slug of the integration. */
  integration: string;
  environment: { slug: string; name: string };
  live: {
    /** The build's external ID. */
    build: string;
    version: string;
    commit: string | null;
    since: Date;
    by: ByView;
    /** Whether its deployment bypassed the gate. */
    outside: boolean;
    /** The slugs of the other environments to which the build was deployed outside approval. */
    outsideIn: string[];
  } | null;
};

/**
 * Returns what is live in a project: a page of its integrations, each in every environment of the pipeline. `next` is
 * the slug after which the next page starts; null on the last page.
 *
 * @param page.limit the number of integrations on a page
 */
export async function getLive(
  db: Db,
  organizationId: string,
  projectId: string,
  page: { after: string | null; limit: number },
): Promise<{ items: LiveEnvironment[]; next: string | null }> {
  const [found, environments] = await Promise.all([
    pageIntegrationsBySlug(db, organizationId, projectId, { ...page, limit: page.limit + 1 }),
    listEnvironments(db, organizationId, projectId),
  ]);
  const integrations = found.slice(0, page.limit);
  const live = await listLiveDeployments(
    db,
    organizationId,
    integrations.map(({ id }) => id),
  );
  const buildIds = live.map(({ buildId }) => buildId);
  const [builds, marks, people] = await Promise.all([
    findBuilds(db, organizationId, buildIds),
    listBypassMarks(db, organizationId, buildIds),
    findMembers(
      db,
      organizationId,
      live.flatMap(({ startedBy }) => actingMember(startedBy) ?? []),
    ),
  ]);
  const personOf = namePeople(people);
  const items = integrations.flatMap((integration) =>
    environments.map((environment): LiveEnvironment => {
      const { slug } = integration;
      const deployed = live.find(
        ({ integrationId, environmentId }) =>
          integrationId === integration.id && environmentId === environment.id,
      );
      return {
        integration: slug,
        environment: { slug: environment.slug, name: environment.name },
        live: deployed
          ? {
              build: builds.get(deployed.buildId)?.externalId ?? "",
              ...{
                version: deployed.version,
                commit: deployed.commit,
                since: deployed.since,
                outside: deployed.outside,
              },
              outsideIn: marks
                .filter(
                  ({ buildId, environmentId }) =>
                    buildId === deployed.buildId && environmentId !== environment.id,
                )
                .map((mark) => mark.slug),
              by: byView(deployed.startedBy, personOf),
            }
          : null,
      };
    }),
  );
  return { items, next: found.length > integrations.length ? (integrations.at(-1)?.slug ?? null) : null };
}
