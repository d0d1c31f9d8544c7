/** What pipelines know it by, and the name that people read. */
export type Place = { slug: string; name: string };

/** A person, by their Slack id. */
export type Someone = { id: string; name: string };

/** What Signoff asks for: bring this build of this integration to that environment. */
export type Delivery = {
  type: "promotion.deploy";
  /** When the attempt was begun, ISO 8601. */
  timestamp: string;
  /** The attempt's id. The same one again is the same deployment. */
  attempt: string;
  request: { number: number; url: string; message: string; requester: Someone };
  project: Place;
  integration: Place;
  from: Place;
  to: Place;
  build: {
    id: string;
    version: string;
    commit: string | null;
    digest: string | null;
    link: string | null;
  };
  approvedBy: (Someone & { at: string })[];
  /** Where to report how it goes, and with which token. Both are for this attempt only. */
  report: { url: string; token: string };
};

/** Deploys. What it resolves to is reported as succeeded; what it throws as failed, with the message as the reason. */
export type Deploy = (
  delivery: Delivery,
  parts: { progress: (link?: string) => Promise<void> },
) => Promise<unknown>;

/** What became of one POST: taken, the same once more, a test, or turned away. */
export type Received = {
  at: Date;
  answer: "accepted" | "repeated" | "ping" | "refused";
  /** Why it was refused. */
  reason?: string;
  delivery?: Delivery;
};

/** What was reported to Signoff; `status` is the HTTP status of its answer, undefined while there is none. */
export type Reported = { attempt: string; report: Report; status: number | undefined };

export type Report = { status: "in progress" | "succeeded" | "failed"; link?: string; reason?: string };

export type ReceiverOptions = {
  /** The webhook's secret (`whsec_…`). While one is being changed, both, with a space between. */
  secret: string;
  deploy: Deploy;
  /** Default any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Where a deployment can be followed; it goes into the answer. */
  link?: (delivery: Delivery) => string | undefined;
  /**
   * A folder that remembers which attempts were taken, also after a restart; and of which of them Signoff was not told
   * the end, so that it is told then. Default: memory.
   */
  memory?: string;
  /** Who this is, where several receivers share the folder; the same after a restart. Default: the host's name. */
  name?: string;
  onReceived?: (received: Received) => void;
  onReported?: (reported: Reported) => void;
};

export type Receiver = {
  /** Where to send webhooks. */
  url: string;
  port: number;
  /** Trusts another secret from now on; several with spaces between. */
  trust(secret: string): void;
  /** Takes no more, and waits for what is being deployed, at most so many milliseconds (default 30,000). */
  stop(graceMs?: number): Promise<void>;
};

/** Starts a server that takes Signoff's webhooks, deploys, and reports. */
export function startReceiver(options: ReceiverOptions): Promise<Receiver>;

/** Deploys by a shell command that is given the delivery in SIGNOFF_… variables; its last words are the reason of a failure. */
export function byCommand(command: string, onOutput?: (text: string) => void): Deploy;
