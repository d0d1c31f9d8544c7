import * as requests from "../../../db/requests/requests-list.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { accept, type Result } from "../../domain/shared/result.ts";
import { addItems } from "../../outbox/add-items.ts";
import { type Context, commit } from "../shared/context.ts";
import { type SavedWorkflow, saveNext } from "./save-workflow.ts";

export type TurnOffWorkflow = {
  organizationId: string;
  actor: Actor;
  surface: Surface;
  /** The version that the person saw. */
  version: number;
  /** Whether the requests that are open now shall be cancelled; without it they live on (R1). */
  cancelOpen: boolean;
};

/**
 * Turns *Environment Promotion* off. Cancelling the open requests is the outbox's work, one after the other, so that it
 * is done even if this process ends; those opened later are left alone.
 *
 * Refuses `not-admin`, `stale`.
 */
export function turnOffWorkflow(context: Context, input: TurnOffWorkflow): Promise<Result<SavedWorkflow>> {
  const { organizationId, actor, surface } = input;
  return commit<SavedWorkflow>(context, async (tx, now) => {
    const saved = await saveNext(tx, now, input, input.version, (current) => ({
      ...current,
      enabled: false,
    }));
    if (!saved.ok || !input.cancelOpen) return saved;
    const numbers = await requests.listOpenNumbers(tx, organizationId, 0, saved.value.open);
    const payload = { numbers, actor, surface, reason: "workflow turned off" };
    const keyFacts = { workflowVersion: saved.value.version };
    await addItems(tx, [{ organizationId, kind: "cancel-requests", payload, keyFacts }]);
    return accept(saved.value);
  });
}
