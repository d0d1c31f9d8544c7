import * as audit from "../../../db/audit/audit.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { isInDigest } from "../../domain/delivery/digest.ts";
import { type ItemToAdd, reopenItems } from "../../outbox/add-items.ts";
import type { By } from "./context.ts";
import { planDigest } from "./plan-digest.ts";

export type SettingChange = By & {
  at: Date;
  /** What was done, such as `workflow.saved`. */
  action: string;
  /** What was changed: `workflow`, `role:…`, `project:…`. */
  subject: string;
  before: unknown;
  after: unknown;
};

/**
 * Appends a setting's change to the audit log (R12) and plans the updates of open requests (R4) and of the Homes in use.
 * If a token, a file, or the command line made it, the admins will be told.
 */
export async function recordSetting(tx: Tx, change: SettingChange): Promise<void> {
  const { organizationId, surface, at } = change;
  if (isInDigest(surface)) await planDigest(tx, organizationId, at);
  await audit.append(tx, [change]);
  await reopenItems(tx, followItems(organizationId));
}

/** Returns the outbox items that update open requests and Homes after settings or people changed. */
export function followItems(organizationId: string): ItemToAdd[] {
  return [{ organizationId, kind: "settings-changed", payload: {} }, ...warningItems(organizationId)];
}

/** Returns the outbox item that checks what the admins must be warned about. */
export function warningItems(organizationId: string): ItemToAdd[] {
  return [{ organizationId, kind: "warn-admins", payload: {} }];
}
