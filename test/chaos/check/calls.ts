import type { ChaosWorld } from "../run/world.ts";
import { type Call, isDone } from "../stories/pipeline.ts";
import { type Facts, isAudited } from "./facts.ts";

type Calling = {
  admin: Pick<ChaosWorld["admin"], "history">;
  pipeline: Pick<ChaosWorld["pipeline"], "calls">;
  renames: Pick<ChaosWorld["renames"], "tried">;
};

/** What a token is told that does not work, or not for this. */
const tokenCodes = ["unauthorized", "token-invalid", "token-scope"];

/** Checks the calls of the REST API: each was carried out once under its key, or refused with a reason that was true. */
export function checkCalls(world: Calling, facts: Facts): string[] {
  const { calls } = world.pipeline;
  return [...calls.flatMap((call) => checkCall(world, facts, call)), ...checkNames(world, facts)];
}

function checkCall(world: Calling, facts: Facts, call: Call): string[] {
  const { what, number, typed, answers, ownerId, at, answeredAt } = call;
  const who = `${what} of ${number === 0 ? `“${typed}”` : `#${number}`} with the token of ${ownerId}`;
  const faults: string[] = [];
  const done = answers.filter(isDone);
  const told = new Set(done.flatMap(({ body }) => body.number ?? []));
  if (told.size > 1)
    faults.push(`${who} was answered with ${[...told].map((one) => `#${one}`).join(" and ")}`);
  const happened = isReflected(facts, call);
  if (done.length > 0 && happened === false) faults.push(`${who} was answered, and did not happen`);
  const last = answers.at(-1);
  if (last === undefined || isDone(last) || last.status < 400 || last.status >= 500) return faults;
  const { code = "", detail = "" } = last.body;
  if (detail === "") faults.push(`${who} was refused as ${code} with no reason`);
  if (happened && isOnlyOne(world, call) && answers.every(({ status }) => status >= 400 && status < 500))
    faults.push(`${who} was refused as ${code}, and it happened`);
  if (tokenCodes.includes(code) && !world.admin.history.mayBeAway(ownerId, at, answeredAt))
    faults.push(`${who} was refused as ${code}, and its owner was there`);
  return faults;
}

/** Returns whether the call happened; undefined where that cannot be told from the log. */
function isReflected(facts: Facts, { what, number, typed, ownerId, answers }: Call): boolean | undefined {
  const did = (action: string) => isAudited(facts, number, action, { kind: "token", memberId: ownerId });
  switch (what) {
    case "request": {
      const told = answers.find(isDone)?.body.number;
      return facts.requests.some(
        (one) => one.message === typed && (told === undefined || told === one.number),
      );
    }
    case "promote":
      return did("promoting");
    case "cancel":
      return did("cancelled");
    case "rename":
      return undefined;
  }
}

/** Returns whether no other call may have done the same. */
const isOnlyOne = ({ pipeline }: Calling, call: Call): boolean =>
  !pipeline.calls.some(
    (other) =>
      other !== call &&
      other.what === call.what &&
      other.number === call.number &&
      other.typed === call.typed,
  );

/** Checks that an integration has the name that it was given last. A rename that was never answered may have happened. */
function checkNames({ renames }: Calling, { integrations }: Facts): string[] {
  return integrations.flatMap(({ id, slug, name }) => {
    const tried = renames.tried.filter(({ integrationId }) => integrationId === id);
    const lastDone = tried.findLastIndex(({ answeredAt }) => answeredAt < Infinity);
    const possible = tried.slice(Math.max(0, lastDone)).map((one) => one.name);
    if (tried.length === 0 || possible.includes(name) || (lastDone < 0 && !name.startsWith(slug))) return [];
    return [`${slug} is called ${name}, and should be ${possible.join(" or ")}`];
  });
}
