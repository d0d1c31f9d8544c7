import { bypassSubject } from "../../../src/domain/deployments/bypass.ts";
import { adminsIn, isGuarded, type LiveFacts } from "./facts.ts";
import type { Happened, Model } from "./model.ts";
import type { World } from "./world.ts";

/** Returns why builds that became live in this step should not have, as sentences. */
export function wronglyLive(world: World, model: Model, happened: Happened): string[] {
  const { before, after } = happened;
  return after.live.flatMap((live) => {
    const was = before.live.find((one) => isSamePlace(one, live));
    const overtaken = live.overtaken
      ? [`${nameOf(happened, live)} is live, but a later deployment succeeded`]
      : [];
    if (was?.deploymentId === live.deploymentId) return overtaken;
    if (!isGuarded(before, live.environmentId) || !isGuarded(after, live.environmentId)) return overtaken;
    return [...overtaken, ...unapproved(world, model, happened, live, was)];
  });
}

const isSamePlace = (one: LiveFacts, other: LiveFacts): boolean =>
  one.integrationId === other.integrationId && one.environmentId === other.environmentId;

function unapproved(
  world: World,
  model: Model,
  happened: Happened,
  live: LiveFacts,
  was: LiveFacts | undefined,
): string[] {
  const { step, before, now } = happened;
  if (live.outside) {
    world.outside.add(live.deploymentId);
    return [];
  }
  const byHand = step.do === "record" || step.do === "seed";
  if (byHand && was === undefined) {
    return live.audited ? [] : [`${nameOf(happened, live)} is a baseline without a record in the audit log`];
  }
  if (was?.buildId === live.buildId && !was.outside) return [];
  return model.covers(before, now, live)
    ? []
    : [`${nameOf(happened, live)} became live without an approval, and it is not marked`];
}

function nameOf({ after }: Happened, { integrationId, environmentId, buildId }: LiveFacts): string {
  const integration = after.integrations.find(({ id }) => id === integrationId)?.slug;
  const environment = after.environments.find(({ id }) => id === environmentId)?.slug;
  const build = after.builds.find(({ id }) => id === buildId)?.externalId;
  return `Build ${build} of ${integration} in ${environment}`;
}

/** Returns which marked deployments no admin was told about, once the outbox has run and there is an admin. */
export async function untold(world: World): Promise<string[]> {
  if (world.outside.size === 0 || adminsIn(await world.facts()).length === 0) return [];
  await world.drain();
  return [...world.outside].flatMap((id) => {
    const subject = bypassSubject(id);
    const told = world.sent.some(({ subjects, text }) => subjects.includes(subject) && text.length > 1);
    return told ? [] : [`No admin was told about the deployment ${id}, which bypassed the gate`];
  });
}
