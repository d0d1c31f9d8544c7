import { isDeepStrictEqual } from "node:util";
import { lastChange } from "../../../db/audit/settings-history.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { checkAdmin } from "./check-admin.ts";
import { type By, type Context, commit } from "./context.ts";
import { recordSetting } from "./record-setting.ts";

/** The setting that a change is about. Its state may be null for a setting that does not exist yet. */
export type Target<State, Snapshot> = {
  /** Locks the setting and returns its state. Refuses what cannot be changed. */
  lock(tx: Tx, now: Date): Promise<Result<State>>;
  /** Returns what the audit log calls the setting (`role:…`) and the change (`role.saved`). */
  audit(state: State): { subject: string; action: string };
  /** Returns whether this is the state that the person saw. Omit it if the change does not depend on that. */
  isSeen?(state: State): boolean;
  /** Returns what the audit log keeps of the state; null if the setting does not exist. */
  snapshot(tx: Tx, state: State): Promise<Snapshot | null>;
};

/** What a change is given: the locked state, and what the audit log keeps of it. */
export type Locked<State, Snapshot> = { state: State; before: Snapshot | null; now: Date };

/** What a change leaves: what the audit log keeps of the new state (null: deleted), and the value to return. */
export type Changed<Snapshot, Value> = { after: Snapshot | null; value: Value };

/**
 * Changes a setting on behalf of an admin: locks it, compares it with what the person saw, does the work, and appends
 * it to the audit log unless nothing changed (R12). Returns the value of the work.
 *
 * Refuses `not-admin`, then what `lock` refuses, then `stale`, then what the work refuses.
 */
export function changeSetting<State, Snapshot, Value>(
  context: Context,
  { organizationId, actor, surface }: By,
  target: Target<State, Snapshot>,
  work: (tx: Tx, locked: Locked<State, Snapshot>) => Promise<Result<Changed<Snapshot, Value>>>,
): Promise<Result<Value>> {
  return commit<Value>(context, async (tx, now) => {
    const admin = await checkAdmin(tx, organizationId, actor);
    if (!admin.ok) return admin;
    const locked = await target.lock(tx, now);
    if (!locked.ok) return locked;
    const state = locked.value;
    const { subject, action } = target.audit(state);
    if (target.isSeen?.(state) === false) {
      return refuse({ code: "stale", ...(await lastChange(tx, organizationId, subject)) });
    }
    const before = await target.snapshot(tx, state);
    const changed = await work(tx, { state, before, now });
    if (!changed.ok) return changed;
    const { after, value } = changed.value;
    if (!isDeepStrictEqual(before, after)) {
      await recordSetting(tx, { organizationId, actor, surface, at: now, action, subject, before, after });
    }
    return accept(value);
  });
}
