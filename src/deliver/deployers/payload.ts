import type { AttemptRequest, AttemptView } from "../../queries/deployments/get-attempt.ts";

type Named = { slug: string; name: string };

type Member = { id: string; name: string };

/** The body that a webhook receives for one attempt. Each call for the same attempt has the same body. Times are ISO 8601. */
export type DeployEvent = {
  type: "promotion.deploy";
  /** When the attempt started. */
  timestamp: string;
  /** The attempt's ID. A deployer must not deploy the same ID twice. */
  attempt: string;
  request: { number: number; url: string; message: string; requester: Member };
  project: Named;
  integration: Named;
  from: Named;
  to: Named;
  build: {
    id: string;
    version: string;
    commit: string | null;
    digest: string | null;
    link: string | null;
  };
  approvedBy: (Member & { at: string })[];
  /** The URL for status reports, and its token. */
  report: { url: string; token: string };
};

/** The body of a test call, which deploys nothing. */
export type PingEvent = {
  type: "ping";
  timestamp: string;
  project: Named;
  integration: Named;
};

/** The URL of a request, and where its attempt's status is reported. */
export type EventLinks = { requestUrl: string; report: DeployEvent["report"] };

/** Returns the event for one attempt. */
export function deployEvent(attempt: AttemptView, request: AttemptRequest, links: EventLinks): DeployEvent {
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
    project: named(attempt.project),
    integration: named(attempt.integration),
    from: named(request.source),
    to: named(attempt.target),
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

/** @param at when the test was requested */
export function pingEvent(names: Record<"project" | "integration", Named>, at: Date): PingEvent {
  const { project, integration } = names;
  return {
    type: "ping",
    timestamp: at.toISOString(),
    project: named(project),
    integration: named(integration),
  };
}

const named = ({ slug, name }: Named): Named => ({ slug, name });
