import { redrawAfterMs } from "../../domain/delivery/homes.ts";
import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { slackErrorClass } from "../../lib/slack-error.ts";
import type { Handlers, Item } from "../../outbox/handlers.ts";
import type { Payload } from "../../outbox/items.ts";
import { getHome } from "../../queries/delivery/get-home.ts";
import { expandHomes } from "../../usecases/delivery/follow-homes.ts";
import type { Context } from "../../usecases/shared/context.ts";
import { slackFault } from "./slack-fault.ts";

export type HomeDeps = {
  context: Context;
  /** Draws a member's Home again, on the page that they have open. */
  redraw(organizationId: string, memberId: MemberId): Promise<void>;
};

/** Returns the handlers that redraw Homes when something they show has changed. */
export function homeHandlers(deps: HomeDeps): Pick<Handlers, "draw-homes" | "draw-home"> {
  return {
    "draw-homes": {
      run: async ({ organizationId }) => {
        await expandHomes(deps.context, organizationId);
        return { kind: "done" };
      },
    },
    "draw-home": { run: (item) => redrawHome(deps, item) },
  };
}

/** Redraws a Home that was opened recently, at most once every few seconds. */
async function redrawHome(
  { context, redraw }: HomeDeps,
  { organizationId, payload: { memberId } }: Item<Payload<"draw-home">>,
): Promise<Outcome> {
  const home = await getHome(context.db, organizationId, memberId);
  const afterMs = home === undefined ? null : redrawAfterMs(home, context.now());
  if (afterMs === null) return { kind: "done" };
  if (afterMs > 0) return { kind: "later", afterMs };
  try {
    await redraw(organizationId, memberId);
    return { kind: "done" };
  } catch (error) {
    // The member left, or has no Home.
    return slackErrorClass(error) === "person" ? { kind: "done" } : slackFault(error);
  }
}
