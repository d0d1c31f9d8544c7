import { z } from "zod";
import type { AddressFault } from "../../domain/shared/refusals.ts";
import { CannotDecrypt } from "../../lib/secrets.ts";
import type { AttemptView } from "../../queries/deployments/get-attempt.ts";
import { cutTo } from "../../slack/words/text.ts";
import type { Deployed, Deployer } from "./deployer.ts";
import { deployEvent, type EventLinks, type PingEvent } from "./payload.ts";
import { postWebhook, type WebhookAnswer, type WebhookCall } from "./post-webhook.ts";

export type WebhookDeployerDeps = {
  /**
   * Returns an integration's address and secrets, newest secret first, or undefined if no address is set.
   *
   * @throws CannotDecrypt if a secret was stored with another SIGNOFF_SECRET
   */
  find(organizationId: string, integrationId: string): Promise<Endpoint | undefined>;
  linksFor(attempt: AttemptView): EventLinks;
  allowPrivate: boolean;
} & Pick<WebhookCall, "timeoutMs" | "resolve">;

type Endpoint = Pick<WebhookCall, "url" | "secrets">;

/** The most of a response that a reason quotes, in characters. */
const quoteLimit = 300;

/** The longest wait that a receiver may ask for, in milliseconds. */
const longestWaitMs = 10 * 60_000;

/**
 * Returns the deployer that posts attempts to an integration's webhook. 2xx means that the attempt was accepted and is
 * reported on later. No response, 408, 425, 429, and 5xx mean a retry under the same ID. Any other status means that it
 * failed, and so does what waiting cannot change: an address, a host name, or a certificate that a person must correct.
 */
export function webhook({ find, linksFor, ...options }: WebhookDeployerDeps): Deployer {
  return async (attempt, { inDoubt, signal }) => {
    const { organizationId, integration, deploymentId, request } = attempt;
    const endpoint = await findOrSealed(find, organizationId, integration.id);
    if (endpoint === "sealed") return failed(inDoubt, sealedWords);
    if (endpoint === undefined) return failed(inDoubt, notSetWords);
    if (request === null) return failed(inDoubt, "It belongs to no request, so nothing was sent.");
    const event = deployEvent(attempt, request, linksFor(attempt));
    const answer = await postWebhook({ ...endpoint, ...options, id: deploymentId, event, signal });
    return deployedBy(answer, inDoubt);
  };
}

/**
 * Sends a test call that deploys nothing, and returns the result in words. Only the newest secret signs it, so it shows
 * whether the receiver has that one.
 */
export async function tryWebhook(
  { find, linksFor: _, ...options }: WebhookDeployerDeps,
  organizationId: string,
  integrationId: string,
  { id, event }: { id: string; event: PingEvent },
): Promise<{ ok: boolean; words: string }> {
  const endpoint = await findOrSealed(find, organizationId, integrationId);
  if (endpoint === "sealed") return { ok: false, words: sealedWords };
  if (endpoint === undefined) return { ok: false, words: notSetWords };
  const secrets = endpoint.secrets.slice(0, 1);
  const answer = await postWebhook({ ...endpoint, ...options, secrets, id, event });
  if (answer.kind === "not-called") return { ok: false, words: notCalledWords[answer.fault] };
  if (answer.kind === "lost") return { ok: false, words: lostWords(answer) };
  return { ok: answer.status >= 200 && answer.status < 300, words: answerWords(answer) };
}

const sealedWords = "The webhook's secret can't be read any more: an admin must rotate it.";
const notSetWords = "The webhook's address is not set: an admin must set it.";

/** Returns "sealed" if the secret was stored with another SIGNOFF_SECRET. */
async function findOrSealed(
  find: WebhookDeployerDeps["find"],
  organizationId: string,
  integrationId: string,
) {
  try {
    return await find(organizationId, integrationId);
  } catch (error) {
    if (error instanceof CannotDecrypt) return "sealed";
    throw error;
  }
}

/** Returns what a call's result means for the attempt. */
function deployedBy(answer: WebhookAnswer, inDoubt: boolean): Deployed {
  if (answer.kind === "not-called") return failed(inDoubt, notCalledWords[answer.fault]);
  if (answer.kind === "lost") {
    const { reason, sent, permanent } = answer;
    return permanent
      ? failed(inDoubt || sent === "unknown", reason)
      : { kind: "retry", reason: `the webhook: ${reason}`, sent };
  }
  const { status, body, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return { kind: "accepted", link: linkIn(body) };
  if (mayPass.has(status) || status >= 500) {
    const afterMs = retryAfterMs === null ? {} : { afterMs: Math.min(retryAfterMs, longestWaitMs) };
    // A receiver that answers 429 did not process the call.
    const sent = status === 429 ? "no" : "unknown";
    return { kind: "retry", reason: answerWords(answer), sent, ...afterMs };
  }
  return failed(inDoubt, answerWords(answer));
}

const lostWords = ({ reason, permanent }: Extract<WebhookAnswer, { kind: "lost" }>): string =>
  permanent ? reason : `The webhook did not answer: ${reason}.`;

/** The 4xx that a receiver answers while it is busy: Request Timeout, Too Early, and Too Many Requests (RFC 9110, 8470, 6585). */
const mayPass = new Set([408, 425, 429]);

/** Ends the attempt as failed, or as unknown if an earlier call may have arrived. */
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

/** Returns the response in one or two sentences. */
function answerWords(answer: Extract<WebhookAnswer, { kind: "answered" }>): string {
  const { status, body, location } = answer;
  if (status >= 300 && status < 400) {
    const where = location === null ? "" : ` to ${cutTo(location, quoteLimit)}`;
    return `The webhook answered ${status}, a redirect${where}. Redirects are not followed: set the address that is meant.`;
  }
  const said = cutTo(body.replace(/[\s\p{Cc}]+/gu, " ").trim(), quoteLimit);
  return said === "" ? `The webhook answered ${status}.` : `The webhook answered ${status}: ${said}`;
}

const linkBody = z.object({
  link: z
    .string()
    .max(2000)
    .regex(/^https?:\/\//i),
});

/** Returns the http or https address in a response `{ "link": "…" }`, at most 2,000 characters; otherwise null. */
function linkIn(body: string): string | null {
  try {
    const { data } = linkBody.safeParse(JSON.parse(body));
    return data !== undefined && URL.canParse(data.link) ? new URL(data.link).href : null;
  } catch {
    return null;
  }
}
