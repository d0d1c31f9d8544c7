import * as requests from "../../../db/requests/open-requests.ts";
import type { Result } from "../../domain/shared/result.ts";
import type { Workflow } from "../../domain/workflow/workflow.ts";
import { addItems } from "../../outbox/add-items.ts";
import type { By, Context } from "../shared/context.ts";
import { changeWorkflow, type SavedWorkflow } from "./save-workflow.ts";

export type TurnOffWorkflow = By & {
  /** The version that the person saw. */
  version: number;
  /** Whether to cancel the requests that are open now. If false they stay open (R1). */
  cancelOpen: boolean;
};

/**
 * Turns *Environment Promotion* off. The outbox cancels the open requests one by one, so the work survives the end of
 * this process. It leaves requests that are opened later alone.
 *
 * Refuses `not-admin`, `stale`.
 */
export function turnOffWorkflow(context: Context, input: TurnOffWorkflow): Promise<Result<SavedWorkflow>> {
  const { organizationId, actor, surface, cancelOpen } = input;
  const turnOff = (current: Workflow) => ({ ...current, enabled: false });
  return changeWorkflow(context, input, input.version, turnOff, async (tx, { version, open }) => {
    if (!cancelOpen) return;
    const numbers = await requests.listOpenNumbers(tx, organizationId, 0, open);
    const payload = { numbers, actor, surface, reason: "workflow turned off" };
    const keyFacts = { workflowVersion: version };
    await addItems(tx, [{ organizationId, kind: "cancel-requests", payload, keyFacts }]);
  });
}
