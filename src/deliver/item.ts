/** What a handler needs of an outbox item; the outbox itself is not known here. */
export type Item = {
  organizationId: string;
  key: string;
  payload: unknown;
  /** An earlier try may have reached the far end. */
  inDoubt: boolean;
  /** Why the last try did not end it. */
  reason: string | null;
  /** When it was added, or opened again, by the database's clock. */
  createdAt: Date;
};
