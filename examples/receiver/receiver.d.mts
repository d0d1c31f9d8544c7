/** The ID that pipelines use, and the name that people see. */
export type Place = { slug: string; name: string };

/** A person, by their Slack ID. */
export type Someone = { id: string; name: string };

/** Signoff's request to deploy this build of this integration to this environment. */
export type Delivery = {
  type: "promotion.deploy";
  /** The start of the attempt, ISO 8601. */
  timestamp: string;
  /** The attempt's ID. The same ID means the same deployment. */
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
  /** The address and token for reports. Both are valid for this attempt only. */
  report: { url: string; token: string };
};

/** Deploys. Resolving reports success. Throwing reports failure, with the error's message as the reason. */
export type Deploy = (
  delivery: Delivery,
  parts: { progress: (link?: string) => Promise<void> },
) => Promise<unknown>;

/** The result of one POST: accepted, repeated, a test, or refused. */
export type Received = {
  at: Date;
  answer: "accepted" | "repeated" | "ping" | "refused";
  /** The reason for a refusal. */
  reason?: string;
  delivery?: Delivery;
};

/** A report to Signoff. `status` is the HTTP status of the response, or undefined if there was none. */
export type Reported = { attempt: string; report: Report; status: number | undefined };

export type Report = { status: "in progress" | "succeeded" | "failed"; link?: string; reason?: string };

export type ReceiverOptions = {
  /** The webhook's secret (`whsec_…`). During a rotation, both secrets, separated by a space. */
  secret: string;
  deploy: Deploy;
  /** Default: any free port. */
  port?: number;
  /** Default: 127.0.0.1. */
  host?: string;
  /** Returns the address where a deployment can be followed, which is part of the response. */
  link?: (delivery: Delivery) => string | undefined;
  /**
   * A folder that stores which attempts were accepted and which results Signoff has not received, so that
   * they survive a restart. Default: memory.
   */
  memory?: string;
  /**
   * Identifies this receiver if several share the folder. Must be the same after a restart. Default: the host
   * name.
   */
  name?: string;
  onReceived?: (received: Received) => void;
  onReported?: (reported: Reported) => void;
};

export type Receiver = {
  /** The address for webhooks. */
  url: string;
  port: number;
  /** Replaces the secret. Several are separated by spaces. */
  trust(secret: string): void;
  /**
   * Stops accepting requests and waits for running deployments, at most this many milliseconds (default
   * 30,000).
   */
  stop(graceMs?: number): Promise<void>;
};

/** Starts a server that receives Signoff's webhooks, deploys, and reports. */
export function startReceiver(options: ReceiverOptions): Promise<Receiver>;

/**
 * Returns a function that deploys with a shell command. The command gets the delivery in SIGNOFF_… variables.
 * If it fails, its last output is the reason.
 */
export function byCommand(command: string, onOutput?: (text: string) => void): Deploy;
