import type { Db, Tx } from "../../db/connection/connect.ts";
import * as store from "../../db/delivery/outbox.ts";
import { items, type KeyFacts, type Kind, type Payload, type Priority } from "./items.ts";

type Common = {
  organizationId: string;
  /** How long it waits until it is due, in milliseconds. Changes for the same key meanwhile share one run. */
  afterMs?: number;
  /** Without it, the priority of its kind. */
  priority?: Priority;
  /** The request it is about and its recipient, as the list of the request's deliveries shows them. */
  requestNumber?: number;
  recipientId?: string;
};

type ItemOf<K extends Kind> = Common & { kind: K; payload: Payload<K> } & (KeyFacts<K> extends undefined
    ? { keyFacts?: undefined }
    : { keyFacts: KeyFacts<K> });

/** An item to add, of one kind or of any. */
export type ItemToAdd<K extends Kind = Kind> = { [One in K]: ItemOf<One> }[K];

/** Adds items, all in one statement. A key that was ever added in the same organization is left alone. */
export function addItems(tx: Tx | Db, added: readonly ItemToAdd[]): Promise<void> {
  return store.add(tx, added.map(toStored));
}

/**
 * Adds items, all in one statement. Where the key exists, the item takes the new payload, and is opened again if it was
 * settled. One that is waiting keeps its time; one that is being carried out is carried out once more.
 */
export function reopenItems(tx: Tx | Db, added: readonly ItemToAdd[]): Promise<void> {
  return store.addOrReopen(tx, added.map(toStored));
}

/** Returns the row to store for an item, for statements that write it together with something else. */
export function toStored({ keyFacts, ...item }: ItemToAdd): store.NewItem {
  const kind: { key(payload: unknown, facts: unknown): string; priority: Priority } = items[item.kind];
  return { priority: kind.priority, ...item, key: kind.key(item.payload, keyFacts) };
}
