import { randomBytes } from "node:crypto";
import {
  type Delivery,
  type Receiver,
  type Report,
  startReceiver,
} from "../../examples/receiver/receiver.mjs";

/** What the receiver does with the deployments that come next. */
export const behaviours = ["succeed", "fail", "slow", "silent"] as const;
export type Behaviour = (typeof behaviours)[number];

/** A deployment that the receiver took. */
export type TakenAttempt = {
  delivery: Delivery;
  at: Date;
  behaviour: Behaviour;
  /** How often Signoff sent it: more than once where it did not get the answer. */
  sent: number;
  /** What was reported so far, the newest last; `status` is the HTTP status of the answer. */
  reports: { report: Report; status: number | undefined; at: Date }[];
  /** Ends it now; undefined once it has ended. */
  finish: ((end: "succeeded" | "failed") => void) | undefined;
};

/** Something that the receiver was sent and deployed nothing for. */
export type Other = { at: Date; what: "test" | "refused"; reason: string };

export type Provider = {
  /** Where webhooks go. */
  url: string;
  behaviour: Behaviour;
  /** Why the next ones fail, where they do. */
  reason: string;
  /** The newest first. */
  attempts: TakenAttempt[];
  /** Tests, and what was not signed as it should be, the newest first. */
  others: Other[];
  trust(secret: string): void;
  /** Ends an attempt that is still under way; false where there is none. */
  finish(attempt: string, end: "succeeded" | "failed"): boolean;
  stop(): Promise<void>;
};

type Options = {
  port: number;
  /** Where one attempt can be looked at. */
  linkTo: (attempt: string) => string;
  /** Called at everything that the page should show. */
  onChange: () => void;
};

const quickMs = 1_500;
const slowMs = 20_000;
const mostKept = 50;

/** A secret that nobody knows: until the true one is known nothing is taken. */
const noSecret = () => `whsec_${randomBytes(24).toString("base64")}`;

/** Starts the example receiver with a deployment that does what somebody chose on the page. */
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

/** Ends as it was to behave, or as somebody says before that. A silent one ends by being told only. */
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
