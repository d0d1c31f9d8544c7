import { randomUUID } from "node:crypto";
import * as audit from "../../../db/audit/audit.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { findMany } from "../../../db/deployments/builds.ts";
import * as builds from "../../../db/deployments/builds-list.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import { listOpenOf } from "../../../db/requests/open-requests.ts";
import * as requests from "../../../db/requests/requests.ts";
import { type DescribedIdentity, differingParts, isTwin } from "../../domain/deployments/build-identity.ts";
import {
  buildLimits,
  describeDifferences,
  fitBuild,
  type Note,
} from "../../domain/deployments/build-notes.ts";
import { cleanBuild, linkNotes } from "../../domain/deployments/clean-build.ts";
import { reportedTime } from "../../domain/deployments/reported-time.ts";
import { isBetween } from "../../domain/requests/comparison.ts";
import type { PromotionRequest } from "../../domain/requests/request.ts";
import { system } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { redrawCards } from "../requests/record-change.ts";
import type { By } from "../shared/context.ts";

/** A build as a pipeline or a file describes it. `id` is its id where it was built. */
export type NewBuild = { id: string } & Pick<builds.FullBuild, "version" | "link" | "author" | "commits"> &
  DescribedIdentity & {
    /** When it was built; null if nothing is said of it. */
    builtAt: Date | null;
  };

/** `createdAt`: its place in the order of builds where nobody says when it was built; now by default. */
type DescribedBuild = { integrationId: string; build: NewBuild; createdAt?: Date };

/** A registered build, whether it is new, and what was not stored as it was described. */
export type StoredBuild = { created: boolean; build: builds.FullBuild; notes: Note[] };

/**
 * Stores a build of an integration that exists and is not archived, under the ID that it has where it was built. If that is known, the build must be the same one: it has the
 * same version, commit, and digest. Everything else stays as it was registered first, and a note names each difference.
 *
 * Refuses `time-out-of-range`, `build-differs`.
 */
export async function storeBuild(
  tx: Tx,
  { organizationId, actor, surface }: By,
  { integrationId, build, createdAt }: DescribedBuild,
  now: Date,
): Promise<Result<StoredBuild>> {
  const { id: externalId, builtAt, ...given } = build;
  const described = cleanBuild(given);
  const time = reportedTime("builtAt", builtAt, now);
  if (!time.ok) return time;
  const fitted = fitBuild(described);
  // Of the commits that are not stored, no link is.
  const commits = given.commits?.slice(0, buildLimits.commits) ?? null;
  const notes = [...linkNotes({ ...given, commits }), ...fitted.notes];
  const id = randomUUID();
  const times =
    builtAt === null
      ? { createdAt: createdAt ?? now, registeredAt: null }
      : { createdAt: time.value, registeredAt: now };
  const { version, commit = null, digest = null } = fitted.build;
  const row = { ...fitted.build, commit, digest, organizationId, id, integrationId, externalId, ...times };
  if (!(await builds.insert(tx, row))) {
    return recognize(tx, row, described, { builtAt: builtAt && time.value, notes });
  }
  await audit.append(tx, [
    {
      ...{ organizationId, at: now, actor, surface, action: "build.registered", subject: `build:${id}` },
      ...{
        before: null,
        after: { integrationId, id: externalId, version, commit, builtAt: times.createdAt },
      },
    },
  ]);
  await redrawAffected(tx, row);
  return accept({ created: true, build: row, notes });
}

type Row = builds.FullBuild & { organizationId: string };

/** Returns the build that has the ID already. Refuses `build-differs`. */
async function recognize(
  tx: Tx,
  row: Row,
  described: DescribedIdentity,
  { builtAt, notes: cut }: { builtAt: Date | null; notes: readonly Note[] },
): Promise<Result<StoredBuild>> {
  const { organizationId, integrationId, externalId } = row;
  const registered = await builds.findByExternalId(tx, organizationId, integrationId, externalId);
  if (registered === undefined) throw new Error("The build was not stored");
  const stored = cleanBuild(registered);
  const parts = differingParts(stored, described);
  if (parts.length > 0) return refuse({ code: "build-differs", id: externalId, parts });
  const times = { registered: registered.createdAt, described: builtAt };
  const notes = [...cut, ...describeDifferences(stored, row, times)];
  return accept({ created: false, build: registered, notes });
}

/**
 * Plans the update of the cards that a new build changes: those of open requests for the previous newest build, for
 * builds that look like it, and those whose comparison it joins because it was built between the two builds. Other
 * requests for older builds say already that a newer one exists; leaving them alone avoids an update of all cards with
 * every build.
 */
async function redrawAffected(tx: Tx, build: Row): Promise<void> {
  const { organizationId, id, integrationId } = build;
  const [newest, previous] = await builds.newestIds(tx, organizationId, integrationId, 2);
  const open = await listOpenOf(tx, organizationId, [integrationId]);
  if (open.length === 0) return;
  const live = await deployments.live(tx, organizationId, integrationId);
  const replacedBy = ({ targetId }: PromotionRequest) => live.get(targetId)?.buildId ?? "";
  const compared = await findMany(
    tx,
    organizationId,
    open.flatMap((request) => [request.buildId, replacedBy(request)]).filter((one) => one !== ""),
  );
  const affected = open.filter((request) => {
    if (newest === id && request.buildId === previous) return true;
    const [from, to] = [compared.get(replacedBy(request)), compared.get(request.buildId)];
    if (to === undefined) return false;
    return isTwin(to, build, []) || (from !== undefined && isBetween(build, from, to));
  });
  if (affected.length === 0) return;
  const numbers = affected.map(({ number }) => number);
  const raised = await requests.bumpOpen(tx, organizationId, numbers, true);
  await redrawCards(tx, organizationId, raised, system("a build was registered"));
}
