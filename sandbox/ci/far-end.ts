import { randomBytes } from "node:crypto";
import {
  type Delivery,
  type Receiver,
  type Report,
  startReceiver,
} from "../../examples/receiver/receiver.mjs";

/** The ways in which the receiver can handle the next deployments. */
export const behaviours = ["succeed", "fail", "slow", "silent"] as const;
export type Behaviour = (typeof behaviours)[number];

/** A deployment that the receiver accepted. */
export type TakenAttempt = {
  delivery: Delivery;
  at: Date;
  behaviour: Behaviour;
  /** How many times Signoff sent it. More than 1 means that Signoff did not get the response. */
  sent: number;
  /** The reports sent so far, newest last. `status` is the HTTP status of Signoff's response. */
  reports: { report: Report; status: number | undefined; at: Date }[];
  /** Ends the deployment now. Undefined once it has ended. */
  finish: ((end: "succeeded" | "failed") => void) | undefined;
};

/** A request that started no deployment. */
export type Other = { at: Date; what: "test" | "refused"; reason: string };

export type Provider = {
  /** The address that webhooks are sent to. */
  url: string;
  behaviour: Behaviour;
  /** The error that failing deployments report. */
  reason: string;
  /** Newest first. */
  attempts: TakenAttempt[];
  /** Test requests and requests with an invalid signature, newest first. */
  others: Other[];
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
const mostKept = 50;

/** Returns a random secret, so that the receiver refuses every request until it is given the real one. */
const noSecret = () => `whsec_${randomBytes(24).toString("base64")}`;

/** Starts the example receiver. Its deployments behave as chosen on the page. */
export async function startFarEnd({ port, linkTo, onChange }: Options): Promise<Provider> {
  const stopping = new AbortController();
  let receiver: Receiver | undefined;
  const find = (id: string) => end.attempts.find(({ delivery }) => delivery.attempt === id);
  const end: Provider = {
    url: "",
    behaviour: "succeed",
    reason: "the health check answered 500",
    attempts: [],
    others: [],
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
    secret: noSecret(),
    link: ({ attempt }) => linkTo(attempt),
    deploy: async (delivery, { progress }) => {
      const taken = find(delivery.attempt);
      if (taken === undefined) return;
      const ended = ending(taken, end, stopping.signal);
      if (taken.behaviour === "slow") await progress(linkTo(delivery.attempt));
      await ended;
    },
    onReceived: ({ at, answer, reason = "", delivery }) => {
      const again = delivery && find(delivery.attempt);
      if (again !== undefined) again.sent += 1;
      else if (delivery === undefined) {
        keep(end.others, { at, what: answer === "refused" ? "refused" : "test", reason });
      } else {
        const { behaviour } = end;
        keep(end.attempts, { delivery, at, behaviour, sent: 1, reports: [], finish: undefined });
      }
      onChange();
    },
    onReported: ({ attempt, report, status }) => {
      find(attempt)?.reports.push({ report, status, at: new Date() });
      onChange();
    },
  });
  end.url = receiver.url;
  return end;
}

function keep<T>(list: T[], one: T): void {
  list.unshift(one);
  list.length = Math.min(list.length, mostKept);
}

/**
 * Settles when the deployment ends: after its behavior's time, or earlier through `finish`. A silent one ends
 * only through `finish`.
 */
function ending(taken: TakenAttempt, { reason }: Provider, signal: AbortSignal): Promise<void> {
  const { behaviour } = taken;
  return new Promise((resolve, reject) => {
    const finish = (how: "succeeded" | "failed") => {
      clearTimeout(timer);
      taken.finish = undefined;
      if (how === "succeeded") resolve();
      else reject(new Error(reason));
    };
    const timer =
      behaviour === "silent"
        ? undefined
        : setTimeout(
            () => finish(behaviour === "fail" ? "failed" : "succeeded"),
            behaviour === "slow" ? slowMs : quickMs,
          );
    taken.finish = finish;
    signal.addEventListener("abort", () => clearTimeout(timer));
  });
}
