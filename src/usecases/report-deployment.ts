import * as audit from "../../db/audit.ts";
import type { Tx } from "../../db/connect.ts";
import * as deployments from "../../db/deployments.ts";
import * as requests from "../../db/requests.ts";
import * as workflows from "../../db/workflow.ts";
import { type Actor, type Surface, system } from "../domain/actor.ts";
import { accepts } from "../domain/deployment.ts";
import { type AttemptEnd, endAttempt } from "../domain/promote.ts";
import { accept, type Result, refuse } from "../domain/result.ts";
import { type Context, commit } from "./context.ts";
import { homesChangedBy } from "./follow-homes.ts";
import { recordChange, redrawCards } from "./record-change.ts";

export type ReportDeployment = {
  organizationId: string;
  deploymentId: string;
  actor: Actor;
  surface: Surface;
  /** `in progress` may bring a link; the others end the attempt. */
  report: { status: "in progress" } | AttemptEnd;
  link: string | null;
};

/**
 * Takes down what a deployer says of an attempt. The first final report wins; a success moves the live pointer, unless
 * a newer attempt succeeded before, and ends the request that the attempt belongs to.
 *
 * @returns whether the report changed anything. Refuses `not-found`.
 */
export async function reportDeployment(
  context: Context,
  input: ReportDeployment,
): Promise<Result<{ changed: boolean }>> {
  const { organizationId, deploymentId } = input;
  return commit<{ changed: boolean }>(context, async (tx, now) => {
    const known = await deployments.find(tx, organizationId, deploymentId);
    if (known === undefined) return refuse({ code: "not-found", what: "request" });
    // Requests first, by number, then the attempt, then what is live: everybody locks in this order.
    if (input.report.status === "succeeded") {
      const { integrationId, environmentId, requestNumber } = known;
      await requests.lockAround(tx, organizationId, integrationId, environmentId, requestNumber);
    }
    const request =
      known.requestNumber === null ? undefined : await requests.lock(tx, organizationId, known.requestNumber);
    const attempt = await deployments.lock(tx, organizationId, deploymentId);
    if (attempt === undefined || !accepts(attempt.status, input.report.status)) {
      return accept({ changed: false });
    }
    await writeDown(tx, attempt, input, now);
    if (input.report.status === "in progress") return accept({ changed: true });
    const { report, actor, surface } = input;
    const { options } = await workflows.current(tx, organizationId);
    const ended = request ? endAttempt(request, deploymentId, report, options, now) : null;
    // Where the report does not move its own request, that one's cards still show what is live.
    if (report.status === "succeeded") await moveLive(tx, attempt, ended?.number ?? null, now);
    if (request !== undefined && ended !== null) {
      await requests.save(tx, ended);
      const event = ended.state.name === "promoted" ? "promoted" : "failed";
      await recordChange(tx, request, ended, { event, actor, surface, at: now });
    } else {
      await homesChangedBy(tx, organizationId, `deployment:${deploymentId}`);
    }
    return accept({ changed: true });
  });
}

async function writeDown(
  tx: Tx,
  attempt: deployments.Deployment,
  input: ReportDeployment,
  now: Date,
): Promise<void> {
  const { organizationId, id, status } = attempt;
  const { report, actor, surface } = input;
  const reason = "reason" in report ? report.reason : null;
  const finishedAt = report.status === "in progress" ? null : now;
  const link = input.link ?? attempt.link;
  await deployments.report(tx, attempt, { status: report.status, reason, link, finishedAt });
  await audit.append(tx, [
    {
      organizationId,
      at: now,
      actor,
      surface,
      action: "deployment.reported",
      subject: `deployment:${id}`,
      before: { status },
      after: { status: report.status, reason, link },
    },
  ]);
}

/**
 * Moves the live pointer and has the cards that show it drawn again. The requests around it are locked before.
 *
 * @param except the request whose cards are drawn again by a change of its own
 */
export async function moveLive(
  tx: Tx,
  attempt: deployments.Deployment,
  except: number | null,
  now: Date,
): Promise<void> {
  if (!(await deployments.makeLive(tx, attempt, now))) return;
  const { organizationId, integrationId, environmentId } = attempt;
  const around = await requests.bumpAround(tx, organizationId, integrationId, environmentId, except);
  await redrawCards(tx, organizationId, around, system("what is live changed"));
}
