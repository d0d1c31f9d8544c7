import type { App, Receiver } from "@slack/bolt";
import type { Log } from "../../lib/log.ts";
import { startTimeout, timedOut, withTimeout } from "../../lib/timeout.ts";
import type { CallWatch } from "../../metrics/metrics.ts";
import { readWithin } from "../read-body.ts";
import { type Fields, readSlackBody } from "./slack-body.ts";
import { callListeners, describeBody, kindOf } from "./slack-call.ts";
import { isSignedBySlack } from "./slack-signature.ts";

/** The largest body that is read, in bytes. Slack's own stay far below. */
const bodyLimit = 1024 * 1024;

/**
 * How long a request may take, in milliseconds: Slack waits 3 seconds.
 * https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
 */
const answerLimit = 2_900;

export type SlackReceiverSettings = {
  signingSecret: string;
  log: Log;
  /** Milliseconds since 1970; the system's clock without it. */
  now?: () => number;
  /** The milliseconds after which a request that nobody acknowledged is answered 503; 2,900 without it. */
  answerWithin?: number;
  /** Begins to follow a call, by what it is; nobody does without it. */
  watch?: (what: string) => CallWatch;
};

/** Bolt's receiver over plain web requests: the web app hands it what comes to `/slack/events`. */
export type SlackReceiver = Receiver & {
  /** Always answers, never throws. The answer waits for the listener's `ack`, and to an event for the listeners' end. */
  handle(request: Request): Promise<Response>;
  /**
   * Takes nothing new (503 from now on) and waits for what is in work, also after its ack.
   * @param limit the most milliseconds to wait
   * @returns how many were still in work then
   */
  drain(limit: number): Promise<number>;
};

/**
 * Makes the receiver. It answers
 * - what the listener acknowledges with, as 200; 404 at once where none did;
 * - an event with 200 when its listeners are done, so that Slack sends again what failed;
 * - 401 to a signature that is missing, wrong or more than 5 minutes off, 400 to a body that Slack does not send, 413
 *   to one over 1 MB;
 * - 503 after 2.9 seconds, and from `drain` on;
 * - after an error before the ack, words to the person who typed a command, otherwise 500.
 */
export function slackReceiver(settings: SlackReceiverSettings): SlackReceiver {
  const { log, answerWithin = answerLimit, watch = unwatched } = settings;
  const inWork = new Set<Promise<unknown>>();
  let app: App | undefined;
  let stopping = false;

  const track = <T>(work: Promise<T>): Promise<T> => {
    inWork.add(work);
    const drop = () => inWork.delete(work);
    void work.then(drop, drop);
    return work;
  };

  /** Answers what needs no listener, and gives the rest to them. */
  const answer = async (request: Request, bolt: App): Promise<Response> => {
    const timeout = startTimeout(answerWithin);
    try {
      const body = await Promise.race([readSigned(request, settings), timeout.over]);
      if (body === timedOut) return refusal(408, "The body did not arrive in time");
      if (body instanceof Response) return body;
      const watched = watch(kindOf(body));
      const call = callListeners(bolt, { body, headers: request.headers, log, watch: watched });
      void track(call.done);
      const response = await Promise.race([call.answer, timeout.over]);
      if (response !== timedOut) return response;
      watched.answered("late");
      log.error(describeBody(body), "No listener answered Slack in time");
      return refusal(503, "No answer in time");
    } catch (error) {
      log.error({ err: error }, "A request of Slack's failed");
      return refusal(500, "Failed");
    } finally {
      timeout.clear();
    }
  };

  const allDone = async (): Promise<void> => {
    while (inWork.size > 0) await Promise.allSettled(inWork);
  };

  return {
    init: (bolt) => {
      app = bolt;
    },
    start: async () => {},
    stop: async () => {
      stopping = true;
    },
    handle: async (request) =>
      stopping || app === undefined ? refusal(503, "Not taking requests now") : track(answer(request, app)),
    drain: async (limit) => {
      stopping = true;
      await withTimeout(allDone(), limit);
      return inWork.size;
    },
  };
}

/** The body for the listeners, or the answer where it is not for them. */
async function readSigned(request: Request, settings: SlackReceiverSettings): Promise<Fields | Response> {
  const { signingSecret, log, now = Date.now } = settings;
  const bytes = await readWithin(request, bodyLimit);
  if (bytes === "too large") return refusal(413, "The body is too large");
  if (bytes === "broken") return refusal(400, "The body broke off");
  const signature = request.headers.get("x-slack-signature");
  const timestamp = request.headers.get("x-slack-request-timestamp");
  if (!isSignedBySlack(signingSecret, { signature, timestamp, body: bytes }, now())) {
    return refusal(401, "Not signed by Slack");
  }
  const read = readSlackBody(request.headers.get("content-type"), bytes);
  switch (read.kind) {
    case "call":
      return read.body;
    case "challenge":
      return Response.json({ challenge: read.challenge });
    case "notice":
      if (read.what === "app_rate_limited") log.warn({}, "Slack holds back events: too many in an hour");
      return new Response(null);
    case "malformed":
      log.warn({ why: read.why }, "A signed body that Slack does not send");
      return refusal(400, read.why);
  }
}

const unwatched = (): CallWatch => ({ reviewed: () => {}, answered: () => {} });

const refusal = (status: number, text: string) => new Response(text, { status });
