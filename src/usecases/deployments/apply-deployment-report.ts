import * as audit from "../../../db/audit/audit.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import {
  acceptsReport,
  pipelineSilenceMinutes,
  silenceDeadline,
} from "../../domain/deployments/deployment.ts";
import { type AttemptEnd, endAttempt } from "../../domain/requests/promote.ts";
import type { PromotionRequest } from "../../domain/requests/request.ts";
import { type Actor, type Surface, system } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { homesChangedBy } from "../delivery/follow-homes.ts";
import { recordChange, redrawCards } from "../requests/record-change.ts";
import { type Context, commit } from "../shared/context.ts";

/**
 * What is said of an attempt. `accepted`: its deployer took it on, as we note it ourselves. `in progress`: the far side
 * is at it; both may bring a link. The others end it.
 */
export type Report = { status: "accepted" } | { status: "in progress" } | AttemptEnd;

export type ApplyDeploymentReport = {
  organizationId: string;
  deploymentId: string;
  actor: Actor;
  surface: Surface;
  report: Report;
  link: string | null;
};

type Attempt = deployments.Deployment;

/**
 * Takes down what a deployer says of an attempt. The first final report wins; a success moves the live pointer, unless
 * a newer attempt succeeded before, and ends the request that the attempt belongs to.
 *
 * @returns whether the report changed anything that is shown. Refuses `not-found`.
 */
export async function applyDeploymentReport(
  context: Context,
  input: ApplyDeploymentReport,
): Promise<Result<{ changed: boolean }>> {
  return commit<{ changed: boolean }>(context, (tx, now) => takeReport(tx, now, input));
}

/**
 * As `applyDeploymentReport`, in a transaction.
 *
 * @param applies asked of the locked attempt: where it is not so any more, the report changes nothing
 */
export async function takeReport(
  tx: Tx,
  now: Date,
  input: ApplyDeploymentReport,
  applies: (attempt: Attempt) => boolean = () => true,
): Promise<Result<{ changed: boolean }>> {
  const { organizationId, deploymentId, report } = input;
  const known = await deployments.find(tx, organizationId, deploymentId);
  if (known === undefined) return refuse({ code: "not-found", what: "request" });
  // Requests first, by number, then the attempt, then what is live: everybody locks in this order.
  if (report.status === "succeeded") {
    const { integrationId, environmentId, requestNumber } = known;
    await requests.lockAround(tx, organizationId, integrationId, environmentId, requestNumber);
  }
  const request =
    known.requestNumber === null ? undefined : await requests.lock(tx, organizationId, known.requestNumber);
  const attempt = await deployments.lock(tx, organizationId, deploymentId);
  if (attempt === undefined || !applies(attempt) || !acceptsReport(attempt.status, statusOf(report))) {
    return accept({ changed: false });
  }
  return report.status === "accepted" || report.status === "in progress"
    ? applyProgress(tx, now, attempt, request, input)
    : end(tx, now, attempt, request, { ...input, report });
}

const statusOf = ({ status }: Report) => (status === "accepted" ? "in progress" : status);

/**
 * The attempt runs: it may be silent for a while again. A report may come before our own note that it was accepted, so
 * that note takes no link from it.
 */
async function applyProgress(
  tx: Tx,
  now: Date,
  attempt: Attempt,
  request: PromotionRequest | undefined,
  input: ApplyDeploymentReport,
): Promise<Result<{ changed: boolean }>> {
  const { organizationId, id, status } = attempt;
  const link =
    input.report.status === "accepted" ? (attempt.link ?? input.link) : (input.link ?? attempt.link);
  const changed = link !== attempt.link || attempt.acceptedAt === null;
  const reportBy = await silentAt(tx, attempt, now);
  const acceptedAt = attempt.acceptedAt ?? now;
  await deployments.report(tx, attempt, {
    ...{ status, reason: null, link, finishedAt: null },
    ...{ acceptedAt, reportBy },
  });
  // Many deployers report every few seconds: that one was heard of again is no news.
  if (!changed) return accept({ changed });
  await writeDown(tx, attempt, input, { reason: null, link }, now);
  if (request !== undefined && link !== attempt.link && "deploymentId" in request.state) {
    if (request.state.deploymentId === id) {
      const bumped = await requests.bumpOpen(tx, organizationId, [request.number], true);
      await redrawCards(tx, organizationId, bumped, system("the deployment reported"));
    }
  }
  return accept({ changed });
}

/** What a webhook set off may be silent for as long as was set; what a pipeline began by itself, for a day. */
async function silentAt(tx: Tx, attempt: Attempt, now: Date): Promise<Date | null> {
  if (attempt.requestNumber === null) return silenceDeadline(now, pipelineSilenceMinutes);
  const webhook = await webhooks.find(tx, attempt.organizationId, attempt.integrationId);
  return webhook === undefined ? null : silenceDeadline(now, webhook.silenceMinutes);
}

/** The attempt is over, and with it what its request was waiting for. */
async function end(
  tx: Tx,
  now: Date,
  attempt: Attempt,
  request: PromotionRequest | undefined,
  input: ApplyDeploymentReport & { report: AttemptEnd },
): Promise<Result<{ changed: boolean }>> {
  const { organizationId, id } = attempt;
  const { report, actor, surface } = input;
  const reason = "reason" in report ? report.reason : null;
  const link = input.link ?? attempt.link;
  const ending = { status: report.status, reason, link, finishedAt: now, reportBy: null };
  await deployments.report(tx, attempt, ending);
  await writeDown(tx, attempt, input, { reason, link }, now);
  const { options } = await workflows.current(tx, organizationId);
  const ended = request ? endAttempt(request, id, report, options, now) : null;
  // Where the report does not move its own request, that one's cards still show what is live.
  if (report.status === "succeeded") await moveLive(tx, attempt, ended?.number ?? null, now);
  if (request !== undefined && ended !== null) {
    await requests.save(tx, ended);
    const event = ended.state.name === "promoted" ? "promoted" : "failed";
    await recordChange(tx, request, ended, { event, actor, surface, at: now });
  } else {
    await homesChangedBy(tx, organizationId, `deployment:${id}`);
  }
  return accept({ changed: true });
}

async function writeDown(
  tx: Tx,
  { organizationId, id, status }: Attempt,
  { report, actor, surface }: ApplyDeploymentReport,
  after: { reason: string | null; link: string | null },
  now: Date,
): Promise<void> {
  await audit.append(tx, [
    {
      organizationId,
      at: now,
      actor,
      surface,
      action: report.status === "accepted" ? "deployment.accepted" : "deployment.reported",
      subject: `deployment:${id}`,
      before: { status },
      after: { status: statusOf(report), ...after },
    },
  ]);
}

/**
 * Moves the live pointer and has the cards that show it drawn again. The requests around it are locked before.
 *
 * @param except the request whose cards are drawn again by a change of its own
 */
export async function moveLive(tx: Tx, attempt: Attempt, except: number | null, now: Date): Promise<void> {
  if (!(await deployments.makeLive(tx, attempt, now))) return;
  const { organizationId, integrationId, environmentId } = attempt;
  const around = await requests.bumpAround(tx, organizationId, integrationId, environmentId, except);
  await redrawCards(tx, organizationId, around, system("what is live changed"));
}
