import { type LostRequesters, listLostRequesters } from "../../../db/catalog/lost-requesters.ts";
import { listStoredNames } from "../../../db/catalog/stored-names.ts";
import type { Db } from "../../../db/connection/connect.ts";
import { outcomesOf } from "../../../db/delivery/outbox-waiting.ts";
import { listWithoutOnBehalf } from "../../../db/tokens/on-behalf.ts";
import { listTokenFacts } from "../../../db/tokens/token-facts.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { upgradeNoticeKey } from "../../domain/delivery/item-keys.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { findUnclearNames, type UnclearNames } from "../../domain/shared/unclear-names.ts";
import type { Scope } from "../../domain/tokens/scope.ts";
import { tokenWarnings } from "../../domain/tokens/token-warnings.ts";

/** What an earlier version stored and this one no longer takes. It keeps working. */
export type UpgradeNoticeView = UnclearNames & {
  /** R14: projects whose requester roles were all deleted. */
  lostRequesters: LostRequesters[];
  /** The channel that review cards go to; null for none, or while the workflow is off. */
  channelId: string | null;
  /** R5: tokens that may name only their own member until an admin adds the scope for others. */
  withoutOnBehalf: string[];
  /** Tokens whose member is no admin, and until when they keep the scopes that need one. */
  adminScopes: { name: string; member: string; scopes: readonly Scope[]; until: Date }[];
};

/** Returns what to tell an admin. Names and the channel are left out if an earlier version told them of these. */
export async function getUpgradeNotice(
  db: Db,
  organizationId: string,
  recipientId: MemberId,
  now: Date,
): Promise<UpgradeNoticeView> {
  const names = upgradeNoticeKey("names", recipientId);
  const wereTold = (await outcomesOf(db, organizationId, [names])).includes("done");
  return {
    ...(wereTold
      ? { hidden: [], same: [], lostRequesters: [], channelId: null }
      : await readNamesAndChannel(db, organizationId)),
    withoutOnBehalf: await listWithoutOnBehalf(db, organizationId),
    adminScopes: await listKept(db, organizationId, now),
  };
}

async function readNamesAndChannel(db: Db, organizationId: string) {
  const { enabled, options } = await workflows.current(db, organizationId);
  const { cardsTo } = options;
  return {
    ...findUnclearNames(await listStoredNames(db, organizationId)),
    lostRequesters: await listLostRequesters(db, organizationId),
    channelId: enabled && cardsTo.kind === "channel" ? cardsTo.channelId : null,
  };
}

async function listKept(
  db: Db,
  organizationId: string,
  now: Date,
): Promise<UpgradeNoticeView["adminScopes"]> {
  return (await listTokenFacts(db, organizationId)).flatMap(({ listed, facts }) =>
    tokenWarnings(facts, now).flatMap(({ warning }) =>
      warning.kind === "not-admin" && warning.until !== null
        ? [
            {
              ...{ name: listed.token.name, member: listed.member.name },
              ...{ scopes: warning.paused, until: warning.until },
            },
          ]
        : [],
    ),
  );
}
