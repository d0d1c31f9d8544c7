import { randomBytes } from "node:crypto";
import {
  type Delivery,
  type Receiver,
  type Report,
  startReceiver,
} from "../../examples/receiver/receiver.mjs";

/** The ways in which the receiver can handle the next deployments. */
export const behaviors = ["succeed", "fail", "slow", "silent"] as const;
export type Behavior = (typeof behaviors)[number];

/** A deployment that the receiver accepted. */
export type ReceivedAttempt = {
  delivery: Delivery;
  at: Date;
  behavior: Behavior;
  /** How many times Signoff sent it. More than 1 means that Signoff did not get the response. */
  sent: number;
  /** The reports sent so far, newest last. `status` is the HTTP status of Signoff's response. */
  reports: { report: Report; status: number | undefined; at: Date }[];
  /** Ends the deployment now. Undefined once it has ended. */
  finish: ((end: "succeeded" | "failed") => void) | undefined;
};

/** A request that started no deployment. */
export type OtherRequest = { at: Date; what: "test" | "refused"; reason: string };

export type CiReceiver = {
  /** The address that webhooks are sent to. */
  url: string;
  behavior: Behavior;
  /** The error that failing deployments report. */
  reason: string;
  /** Newest first. */
  attempts: ReceivedAttempt[];
  /** Test requests and requests with an invalid signature, newest first. */
  otherRequests: OtherRequest[];
  trust(secret: string): void;
  /** Ends an attempt that is still running. Returns false if there is none. */
  finish(attempt: string, end: "succeeded" | "failed"): boolean;
  stop(): Promise<void>;
};

type Options = {
  port: number;
  /** Returns the address of the page that shows one attempt. */
  linkTo: (attempt: string) => string;
  /** Called after each change that the page shows. */
  onChange: () => void;
};

const quickMs = 1_500;
const slowMs = 20_000;
const maxEntries = 50;

/** Returns a random secret, so that the receiver refuses every request until it is given the real one. */
const randomSecret = () => `whsec_${randomBytes(24).toString("base64")}`;

/** Starts the example receiver. Its deployments behave as chosen on the page. */
export async function startCiReceiver({ port, linkTo, onChange }: Options): Promise<CiReceiver> {
  const stopping = new AbortController();
  let receiver: Receiver | undefined;
  const find = (id: string) => ciReceiver.attempts.find(({ delivery }) => delivery.attempt === id);
  const ciReceiver: CiReceiver = {
    url: "",
    behavior: "succeed",
    reason: "the health check answered 500",
    attempts: [],
    otherRequests: [],
    trust: (secret) => receiver?.trust(secret),
    finish: (id, how) => {
      const finish = find(id)?.finish;
      finish?.(how);
      return finish !== undefined;
    },
    stop: async () => {
      stopping.abort();
      await receiver?.stop(0);
    },
  };
  receiver = await startReceiver({
    port,
    secret: randomSecret(),
    link: ({ attempt }) => linkTo(attempt),
    deploy: async (delivery, { progress }) => {
      const attempt = find(delivery.attempt);
      if (attempt === undefined) return;
      const ended = waitForEnd(attempt, ciReceiver, stopping.signal);
      if (attempt.behavior === "slow") await progress(linkTo(delivery.attempt));
      await ended;
    },
    onReceived: ({ at, answer, reason = "", delivery }) => {
      const existing = delivery && find(delivery.attempt);
      if (existing !== undefined) existing.sent += 1;
      else if (delivery === undefined) {
        prepend(ciReceiver.otherRequests, { at, what: answer === "refused" ? "refused" : "test", reason });
      } else {
        const { behavior } = ciReceiver;
        prepend(ciReceiver.attempts, { delivery, at, behavior, sent: 1, reports: [], finish: undefined });
      }
      onChange();
    },
    onReported: ({ attempt, report, status }) => {
      find(attempt)?.reports.push({ report, status, at: new Date() });
      onChange();
    },
  });
  ciReceiver.url = receiver.url;
  return ciReceiver;
}

function prepend<T>(list: T[], item: T): void {
  list.unshift(item);
  list.length = Math.min(list.length, maxEntries);
}

/**
 * Settles when the deployment ends: after its behavior's time, or earlier through `finish`. A silent one ends
 * only through `finish`.
 */
function waitForEnd(attempt: ReceivedAttempt, { reason }: CiReceiver, signal: AbortSignal): Promise<void> {
  const { behavior } = attempt;
  return new Promise((resolve, reject) => {
    const finish = (how: "succeeded" | "failed") => {
      clearTimeout(timer);
      attempt.finish = undefined;
      if (how === "succeeded") resolve();
      else reject(new Error(reason));
    };
    const timer =
      behavior === "silent"
        ? undefined
        : setTimeout(
            () => finish(behavior === "fail" ? "failed" : "succeeded"),
            behavior === "slow" ? slowMs : quickMs,
          );
    attempt.finish = finish;
    signal.addEventListener("abort", () => clearTimeout(timer));
  });
}
