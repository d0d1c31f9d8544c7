import type { AddressFault } from "../../domain/shared/refusals.ts";
import { SealedElsewhere } from "../../lib/secrets.ts";
import type { AttemptView } from "../../queries/deployments/get-attempt.ts";
import { cutTo } from "../../slack/words/text.ts";
import type { Deployed, Deployer } from "./deployer.ts";
import { deployEvent, type EventLinks, type PingEvent } from "./payload.ts";
import { postWebhook, type WebhookAnswer, type WebhookCall } from "./post-webhook.ts";

export type WebhookDeployerDeps = {
  /**
   * An integration's address and secrets as they are now, the newest secret first; undefined where none are set.
   * Throws `SealedElsewhere`.
   */
  find(organizationId: string, integrationId: string): Promise<Found | undefined>;
  linksFor(attempt: AttemptView): EventLinks;
  allowPrivate: boolean;
} & Pick<WebhookCall, "timeoutMs" | "resolve">;

type Found = Pick<WebhookCall, "url" | "secrets">;

/** So much of what the far side said goes into a reason, in characters. */
const saidLimit = 300;

/** A far side that asks for more patience than this is asked again all the same, in milliseconds. */
const longestWaitMs = 10 * 60_000;

/**
 * Hands an attempt over by a signed POST. 2xx: it was accepted and is reported on later. No answer, 429 and 5xx: the
 * same call again, under the same key. Anything else: it failed.
 */
export function webhook({ find, linksFor, ...how }: WebhookDeployerDeps): Deployer {
  return async (attempt, { inDoubt, signal }) => {
    const { organizationId, integration, deploymentId, request } = attempt;
    const known = await findOrSealed(find, organizationId, integration.id);
    if (known === "sealed") return failed(inDoubt, sealedWords);
    if (known === undefined) return failed(inDoubt, notSetWords);
    if (request === null) return failed(inDoubt, "It belongs to no request, so nothing was sent.");
    const event = deployEvent(attempt, request, linksFor(attempt));
    const answer = await postWebhook({ ...known, ...how, id: deploymentId, event, signal });
    return deployedBy(answer, inDoubt);
  };
}

/**
 * Sends an event that deploys nothing, and says what became of it. The newest secret alone signs it: so it shows
 * whether the far side has that one.
 */
export async function tryWebhook(
  { find, linksFor: _, ...how }: WebhookDeployerDeps,
  organizationId: string,
  integrationId: string,
  { id, event }: { id: string; event: PingEvent },
): Promise<{ ok: boolean; words: string }> {
  const known = await findOrSealed(find, organizationId, integrationId);
  if (known === "sealed") return { ok: false, words: sealedWords };
  if (known === undefined) return { ok: false, words: notSetWords };
  const secrets = known.secrets.slice(0, 1);
  const answer = await postWebhook({ ...known, ...how, secrets, id, event });
  if (answer.kind === "not-called") return { ok: false, words: notCalledWords[answer.fault] };
  if (answer.kind === "lost") return { ok: false, words: `The webhook did not answer: ${answer.reason}.` };
  return { ok: answer.status >= 200 && answer.status < 300, words: answerWords(answer) };
}

const sealedWords = "The webhook's secret can't be read any more: an admin must rotate it.";
const notSetWords = "The webhook's address is not set: an admin must set it.";

/** `sealed`: SIGNOFF_SECRET is not the one that the secret was stored with. */
async function findOrSealed(
  find: WebhookDeployerDeps["find"],
  organizationId: string,
  integrationId: string,
) {
  try {
    return await find(organizationId, integrationId);
  } catch (error) {
    if (error instanceof SealedElsewhere) return "sealed";
    throw error;
  }
}

/** What a call's answer means for the attempt. */
function deployedBy(answer: WebhookAnswer, inDoubt: boolean): Deployed {
  if (answer.kind === "not-called") return failed(inDoubt, notCalledWords[answer.fault]);
  if (answer.kind === "lost")
    return { kind: "retry", reason: `the webhook: ${answer.reason}`, sent: answer.sent };
  const { status, body, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return { kind: "accepted", link: linkIn(body) };
  if (status === 429 || status >= 500) {
    const afterMs = retryAfterMs === null ? {} : { afterMs: Math.min(retryAfterMs, longestWaitMs) };
    // 429 says that it was not taken.
    const sent = status === 429 ? "no" : "unknown";
    return { kind: "retry", reason: answerWords(answer), sent, ...afterMs };
  }
  return failed(inDoubt, answerWords(answer));
}

/** Where an earlier call may have got through, nobody can say that nothing runs. */
function failed(inDoubt: boolean, reason: string): Deployed {
  const end = inDoubt
    ? ({ status: "unknown", reason: `${reason} An earlier call may have got through.` } as const)
    : ({ status: "failed", reason } as const);
  return { kind: "ended", end, link: null };
}

const notCalledWords: Record<AddressFault, string> = {
  "not-an-address": "The webhook's address is not a web address.",
  credentials: "The webhook's address holds a password. Take it out: the signature proves who sends.",
  "not-https": "The webhook's address must begin with https://.",
  inside: "The webhook's address leads into a private network, where this Signoff does not call.",
};

/** What the far side answered, as one sentence or two. */
function answerWords(answer: Extract<WebhookAnswer, { kind: "answered" }>): string {
  const { status, body, location } = answer;
  if (status >= 300 && status < 400) {
    const where = location === null ? "" : ` to ${cutTo(location, saidLimit)}`;
    return `The webhook answered ${status}, a redirect${where}. Redirects are not followed: set the address that is meant.`;
  }
  const said = cutTo(body.replace(/[\s\p{Cc}]+/gu, " ").trim(), saidLimit);
  return said === "" ? `The webhook answered ${status}.` : `The webhook answered ${status}: ${said}`;
}

/** The address in `{ "link": "…" }`, where the answer brings one that a browser opens. */
function linkIn(body: string): string | null {
  try {
    const { link } = JSON.parse(body) as { link?: unknown };
    const fits = typeof link === "string" && link.length <= 2000 && /^https?:\/\//i.test(link);
    return fits && URL.canParse(link) ? new URL(link).href : null;
  } catch {
    return null;
  }
}
