import type { Handler, Handlers } from "../outbox/handlers.ts";
import type { Payload } from "../outbox/items.ts";
import { homesChanged } from "../usecases/delivery/follow-homes.ts";
import { followCoverage, reportUndelivered } from "../usecases/delivery/report-undelivered.ts";
import { makeDue } from "../usecases/delivery/resume-sending.ts";
import { checkWarning, reportUntold } from "../usecases/delivery/tell-admins.ts";
import { tellChange } from "../usecases/delivery/tell-change.ts";
import { checkDigest, tellSettingsChanges } from "../usecases/delivery/tell-settings-changes.ts";
import { cancelRequests } from "../usecases/requests/cancel-requests.ts";
import type { Context } from "../usecases/shared/context.ts";
import { followSettings } from "../usecases/workflow/follow-settings.ts";

type FollowUp =
  | "request-changed"
  | "settings-changed"
  | "cancel-requests"
  | "check-warning"
  | "make-due"
  | "follow-reach";

/** How soon an item looks again while deliveries are still being tried, in milliseconds. */
const recheckMs = 10_000;

/** Returns the handlers of items that send nothing themselves: each runs the use cases that follow from a change. */
export function followUpHandlers(context: Context): Pick<Handlers, FollowUp> {
  return {
    "request-changed": {
      run: async ({ organizationId, payload }) => {
        await tellChange(context, organizationId, payload);
        await homesChanged(context, organizationId);
        return { kind: "done" };
      },
    },
    "settings-changed": {
      run: async ({ organizationId }) => {
        await followSettings(context, organizationId);
        await homesChanged(context, organizationId);
        return { kind: "done" };
      },
    },
    "cancel-requests": {
      run: async ({ organizationId, payload }) => {
        await cancelRequests(context, organizationId, payload);
        return { kind: "done" };
      },
    },
    "check-warning": {
      run: async ({ organizationId, payload }) => {
        const againMs = await followWarning(context, organizationId, payload);
        return againMs === null ? { kind: "done" } : { kind: "later", afterMs: againMs };
      },
    },
    "make-due": {
      run: async ({ organizationId, payload }) => {
        await makeDue(context, organizationId, payload);
        return { kind: "done" };
      },
    },
    "follow-reach": {
      run: async ({ organizationId, payload }) => {
        const { trying } = await followCoverage(context, organizationId, payload.number);
        return trying ? { kind: "later", afterMs: recheckMs } : { kind: "done" };
      },
    },
  };
}

/** Returns how long to wait before this must run again, in milliseconds; null if it need not. */
async function followWarning(
  context: Context,
  organizationId: string,
  payload: Payload<"check-warning">,
): Promise<number | null> {
  if ("subjects" in payload) {
    const { sending } = await checkWarning(context, organizationId, payload);
    return sending ? recheckMs : null;
  }
  const { againMs } =
    payload.digest === "plan"
      ? await tellSettingsChanges(context, organizationId)
      : await checkDigest(context, organizationId, payload);
  return againMs;
}

type OnDead<P> = Required<Pick<Handler<P>, "onDead">>;

/** Reports a card or notice that is given up, so that the requester learns which reviewers were not reached. */
export const reportsUndelivered = (
  context: Context,
): OnDead<Payload<"draw-card" | "send-message" | "send-email">> => ({
  onDead: ({ organizationId, payload }) => reportUndelivered(context, organizationId, payload),
});

/** Reports a warning that an admin will not get: it may have reached no admin. */
export const reportsUntold = (
  context: Context,
): OnDead<Payload<"send-admin-message" | "send-admin-email">> => ({
  onDead: ({ organizationId, payload }) => reportUntold(context, organizationId, payload),
});
