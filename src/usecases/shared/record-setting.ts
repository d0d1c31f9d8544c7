import * as audit from "../../../db/audit/audit.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { type ItemToAdd, reopenItems } from "../../outbox/add-items.ts";

export type SettingChange = {
  organizationId: string;
  actor: Actor;
  surface: Surface;
  at: Date;
  /** What was done: `workflow.saved`. */
  action: string;
  /** What it was done to: `workflow`, `role:…`, `project:…`. */
  subject: string;
  before: unknown;
  after: unknown;
};

/**
 * R12: appends a setting's change to the audit log, and has everything that shows settings or people follow it: open
 * requests (R4) and the Homes that are being looked at.
 */
export async function recordSetting(tx: Tx, change: SettingChange): Promise<void> {
  await audit.append(tx, [change]);
  await reopenItems(tx, followItems(change.organizationId));
}

/** What follows a change of settings or people: what shows them is drawn again, and the admins are warned if need be. */
export function followItems(organizationId: string): ItemToAdd[] {
  return [{ organizationId, kind: "settings-changed", payload: {} }, ...warningItems(organizationId)];
}

/** Has somebody look for what the admins must be told. */
export function warningItems(organizationId: string): ItemToAdd[] {
  return [{ organizationId, kind: "warn-admins", payload: {} }];
}
