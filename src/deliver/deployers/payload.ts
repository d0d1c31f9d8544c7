import type { AskedFor, AttemptView } from "../../queries/deployments/get-attempt.ts";

type Place = { slug: string; name: string };

type Someone = { id: string; name: string };

/** What a webhook is sent for one attempt; every call of the same attempt has the same `attempt`. Times are ISO 8601. */
export type DeployEvent = {
  type: "promotion.deploy";
  /** When the attempt was begun. */
  timestamp: string;
  /** The attempt's id: the key under which it must not be deployed twice. */
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
  /** Where, and with which token, the attempt is reported on. */
  report: { url: string; token: string };
};

/** What a webhook is sent to try it: nothing is deployed. */
export type PingEvent = {
  type: "ping";
  timestamp: string;
  project: Place;
  integration: Place;
};

/** The address of a request, and how its attempt is reported on. */
export type EventLinks = { requestUrl: string; report: DeployEvent["report"] };

export function deployEvent(attempt: AttemptView, request: AskedFor, links: EventLinks): DeployEvent {
  const { build } = attempt;
  return {
    type: "promotion.deploy",
    timestamp: attempt.startedAt.toISOString(),
    attempt: attempt.deploymentId,
    request: {
      number: request.number,
      url: links.requestUrl,
      message: request.message,
      requester: request.requester,
    },
    project: place(attempt.project),
    integration: place(attempt.integration),
    from: place(request.source),
    to: place(attempt.target),
    build: {
      id: build.externalId,
      version: build.version,
      commit: build.commit,
      digest: build.digest,
      link: build.link,
    },
    approvedBy: request.approvedBy.map(({ id, name, at }) => ({ id, name, at: at.toISOString() })),
    report: links.report,
  };
}

/** @param at when somebody asked for it */
export function pingEvent(names: Record<"project" | "integration", Place>, at: Date): PingEvent {
  const { project, integration } = names;
  return {
    type: "ping",
    timestamp: at.toISOString(),
    project: place(project),
    integration: place(integration),
  };
}

const place = ({ slug, name }: Place): Place => ({ slug, name });
