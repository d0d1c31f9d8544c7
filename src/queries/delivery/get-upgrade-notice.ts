import { type LostRequesters, listLostRequesters } from "../../../db/catalog/lost-requesters.ts";
import { listStoredNames } from "../../../db/catalog/stored-names.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { findUnclearNames, type UnclearNames } from "../../domain/shared/unclear-names.ts";

/** What an earlier version stored and this one no longer takes. It keeps working. */
export type UpgradeNoticeView = UnclearNames & {
  /** R14: projects whose requester roles were all deleted. */
  lostRequesters: LostRequesters[];
  /** The channel that review cards go to; null for none, or while the workflow is off. */
  channelId: string | null;
};

export async function getUpgradeNotice(db: Db, organizationId: string): Promise<UpgradeNoticeView> {
  const { enabled, options } = await workflows.current(db, organizationId);
  const { cardsTo } = options;
  return {
    ...findUnclearNames(await listStoredNames(db, organizationId)),
    lostRequesters: await listLostRequesters(db, organizationId),
    channelId: enabled && cardsTo.kind === "channel" ? cardsTo.channelId : null,
  };
}
