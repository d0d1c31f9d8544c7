import { redrawAfterMs } from "../../domain/delivery/homes.ts";
import type { Outcome } from "../../domain/delivery/outcome.ts";
import { slackErrorCode } from "../../lib/slack-error.ts";
import { getHome } from "../../queries/delivery/get-home.ts";
import type { Db } from "../../queries/shared/db.ts";
import type { Item } from "../item.ts";
import { slackFault } from "./slack-fault.ts";

export type HomeDeps = {
  db: Db;
  now(): Date;
  /** Adds an item for each Home that somebody may be looking at. */
  expand(organizationId: string): Promise<void>;
  /** Reads and draws somebody's Home where they are. */
  redraw(organizationId: string, memberId: string): Promise<void>;
};

/** Who left, or has no Home: https://docs.slack.dev/reference/methods/views.publish#errors */
const nobody = new Set(["user_not_found", "user_disabled", "not_enabled"]);

/** What draws Homes anew when something they show has changed. */
export function homeHandlers(parts: HomeDeps): Record<string, { run(item: Item): Promise<Outcome> }> {
  return {
    "draw-homes": {
      run: async ({ organizationId }) => {
        await parts.expand(organizationId);
        return { kind: "done" };
      },
    },
    "draw-home": { run: (item) => drawHomeAgain(parts, item) },
  };
}

/** Draws the Home of somebody who may be looking at it, and not again within a few seconds. */
async function drawHomeAgain(parts: HomeDeps, item: Item): Promise<Outcome> {
  const { organizationId } = item;
  const { memberId } = item.payload as { memberId: string };
  const home = await getHome(parts.db, organizationId, memberId);
  const afterMs = home === undefined ? null : redrawAfterMs(home, parts.now());
  if (afterMs === null) return { kind: "done" };
  if (afterMs > 0) return { kind: "later", afterMs };
  try {
    await parts.redraw(organizationId, memberId);
    return { kind: "done" };
  } catch (error) {
    return nobody.has(slackErrorCode(error) ?? "") ? { kind: "done" } : slackFault(error);
  }
}
