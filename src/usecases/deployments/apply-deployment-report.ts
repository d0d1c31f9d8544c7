import { attemptEndedAction } from "../../../db/audit/attempt-ends.ts";
import * as audit from "../../../db/audit/audit.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { fitReason, type Note } from "../../domain/deployments/build-notes.ts";
import { linkNotes } from "../../domain/deployments/clean-build.ts";
import { acceptsReport, silenceDeadline, silenceMinutesOf } from "../../domain/deployments/deployment.ts";
import { type AttemptEnd, endAttempt } from "../../domain/requests/promote.ts";
import type { PromotionRequest } from "../../domain/requests/request.ts";
import { system } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { withoutUserName } from "../../domain/shared/web-link.ts";
import { homesChangedBy } from "../delivery/follow-homes.ts";
import { recordChange, redrawCards } from "../requests/record-change.ts";
import { type By, type Context, commit } from "../shared/context.ts";
import { judgeBypass } from "./judge-bypass.ts";
import { moveLive, redrawAround } from "./move-live.ts";
import { reportBypass } from "./report-bypass.ts";

/**
 * What a deployer reports about an attempt. `accepted`: Signoff handed it over. `in progress`: the deployer is working on
 * it. Both may carry a link. The other reports end the attempt.
 */
export type Report = { status: "accepted" } | { status: "in progress" } | AttemptEnd;

export type ApplyDeploymentReport = By & {
  deploymentId: string;
  report: Report;
  link: string | null;
  /** Whether a person ends the attempt, rather than its deployer or the time limit. */
  byPerson?: boolean;
};

type Attempt = deployments.Deployment;

/** `changed`: whether the report changed anything that people see. `notes`: what is not stored as it was reported. */
type Applied = { changed: boolean; notes: Note[] };

/**
 * Applies a deployer's report to an attempt and to its request. The first final report wins. A success makes the build
 * live, unless an attempt that started later succeeded before. A reason that is too long is cut, and a user name is taken
 * out of the link.
 *
 * Refuses `not-found`.
 */
export async function applyDeploymentReport(
  context: Context,
  input: ApplyDeploymentReport,
): Promise<Result<Applied>> {
  return commit<Applied>(context, (tx, now) => applyReport(tx, now, input));
}

/**
 * Does the work of `applyDeploymentReport` inside a transaction.
 *
 * @param applies returns, for the locked attempt, whether the report still applies; if not, it changes nothing
 */
export async function applyReport(
  tx: Tx,
  now: Date,
  input: ApplyDeploymentReport,
  applies: (attempt: Attempt) => boolean = () => true,
): Promise<Result<Applied>> {
  const { organizationId, deploymentId } = input;
  const { report, link, notes } = fitReport(input);
  const found = await deployments.find(tx, organizationId, deploymentId);
  if (found === undefined) return refuse({ code: "not-found", what: "request" });
  // Every use case locks in this order: requests by number, then the attempt, then the live build.
  if (report.status !== "accepted" && report.status !== "in progress") {
    const { integrationId, environmentId, requestNumber } = found;
    await requests.lockAround(tx, organizationId, integrationId, environmentId, requestNumber);
  }
  const request =
    found.requestNumber === null ? undefined : await requests.lock(tx, organizationId, found.requestNumber);
  const attempt = await deployments.lock(tx, organizationId, deploymentId);
  if (attempt === undefined || !applies(attempt) || !acceptsReport(attempt.status, statusOf(report))) {
    return accept({ changed: false, notes });
  }
  const changed =
    report.status === "accepted" || report.status === "in progress"
      ? await applyProgress(tx, now, attempt, request, { ...input, report, link })
      : await applyFinalReport(tx, now, attempt, request, { ...input, report, link });
  return accept({ changed, notes });
}

/** Returns what is stored of a report, and notes on what is not stored as it was reported. */
function fitReport({ report, link }: Pick<ApplyDeploymentReport, "report" | "link">) {
  const cleaned = { link: link && withoutUserName(link), notes: linkNotes({ link }) };
  if (!("reason" in report)) return { ...cleaned, report };
  const { reason, notes } = fitReason(report.reason);
  return { ...cleaned, report: { ...report, reason }, notes: [...cleaned.notes, ...notes] };
}

const statusOf = ({ status }: Report) => (status === "accepted" ? "in progress" : status);

/**
 * Stores that the attempt is running, and restarts its time limit. A report may arrive before `accepted`, so `accepted`
 * does not replace its link.
 */
async function applyProgress(
  tx: Tx,
  now: Date,
  attempt: Attempt,
  request: PromotionRequest | undefined,
  input: ApplyDeploymentReport,
): Promise<boolean> {
  const { organizationId, id, status } = attempt;
  const link =
    input.report.status === "accepted" ? (attempt.link ?? input.link) : (input.link ?? attempt.link);
  const linkChanged = link !== attempt.link;
  const changed = linkChanged || attempt.acceptedAt === null;
  const reportBy = await nextReportBy(tx, attempt, now);
  const acceptedAt = attempt.acceptedAt ?? now;
  await deployments.report(tx, attempt, {
    ...{ status, reason: null, link, finishedAt: null },
    ...{ acceptedAt, reportBy },
  });
  // Many deployers report every few seconds, so a repeated report is not recorded.
  if (!changed) return false;
  await recordReport(tx, attempt, input, { reason: null, link }, now);
  const state = request?.state;
  const isCurrent = state !== undefined && "deploymentId" in state && state.deploymentId === id;
  if (request !== undefined && isCurrent && linkChanged) {
    const raised = await requests.bumpOpen(tx, organizationId, [request.number], true);
    await redrawCards(tx, organizationId, raised, system("the deployment reported"));
  }
  return true;
}

/** R11: returns when the next report is due. */
async function nextReportBy(tx: Tx, attempt: Attempt, now: Date): Promise<Date> {
  const webhook = await webhooks.find(tx, attempt.organizationId, attempt.integrationId);
  return silenceDeadline(now, silenceMinutesOf(attempt, webhook?.silenceMinutes ?? null));
}

/**
 * Ends the attempt, and moves its request on if this was its last attempt. A success is judged against the gate (R1), however
 * late it is reported: its request may have been cancelled meanwhile.
 */
async function applyFinalReport(
  tx: Tx,
  now: Date,
  attempt: Attempt,
  request: PromotionRequest | undefined,
  input: ApplyDeploymentReport & { report: AttemptEnd },
): Promise<boolean> {
  const { organizationId, id } = attempt;
  const { report, actor, surface } = input;
  const reason = "reason" in report ? report.reason : null;
  const link = input.link ?? attempt.link;
  const marked = report.status === "succeeded" && (await bypassesGateNow(tx, attempt, request, now));
  const ending = { status: report.status, reason, link, finishedAt: now, reportBy: null };
  await deployments.report(tx, attempt, { ...ending, ...(marked && { outside: true }) });
  await recordReport(tx, attempt, input, { reason, link, ...(marked && { outside: true }) }, now);
  const { options } = await workflows.current(tx, organizationId);
  const ended = request ? endAttempt(request, id, report, options, now) : null;
  // A request that the report does not move has cards that show the live build too, so they are redrawn.
  await followEnd(tx, attempt, report, ended?.number ?? null, now);
  if (request !== undefined && ended !== null) {
    await requests.save(tx, ended);
    const event = ended.state.name === "promoted" ? "promoted" : "failed";
    const { startedBy } = attempt;
    const promoter = startedBy.kind === "member" ? { promoterId: startedBy.memberId } : {};
    await recordChange(tx, request, ended, { event, actor, surface, at: now, ...promoter });
  } else {
    await homesChangedBy(tx, organizationId, `deployment:${id}`);
  }
  if (marked) await reportBypass(tx, attempt, now);
  return true;
}

/**
 * Makes a success live, and plans the update of the cards of other requests: they show what is live, and caution against an
 * attempt that may still be running.
 */
async function followEnd(
  tx: Tx,
  attempt: Attempt,
  { status }: AttemptEnd,
  except: number | null,
  now: Date,
): Promise<void> {
  if (status === "succeeded" && (await moveLive(tx, attempt, except, now))) return;
  const cautioned = status === "unknown" || attempt.status === "unknown";
  if (cautioned) await redrawAround(tx, attempt, except, "a deployment ended");
}

/** R1: returns whether a success bypasses the gate and was not marked before. Locks what it replaces. */
async function bypassesGateNow(
  tx: Tx,
  attempt: Attempt,
  own: PromotionRequest | undefined,
  now: Date,
): Promise<boolean> {
  if (attempt.outside) return false;
  await deployments.lockLive(tx, attempt);
  return (await judgeBypass(tx, { ...attempt, own }, now)).outside;
}

/** R12: appends a report to the audit log. */
async function recordReport(
  tx: Tx,
  { organizationId, id, status }: Attempt,
  { report, actor, surface, byPerson = false }: ApplyDeploymentReport,
  after: { reason: string | null; link: string | null; outside?: boolean },
  now: Date,
): Promise<void> {
  const action = report.status === "accepted" ? "deployment.accepted" : "deployment.reported";
  await audit.append(tx, [
    {
      organizationId,
      at: now,
      actor,
      surface,
      action: byPerson ? attemptEndedAction : action,
      subject: `deployment:${id}`,
      before: { status },
      after: { status: statusOf(report), ...after },
    },
  ]);
}
