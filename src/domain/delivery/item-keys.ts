/** Returns the key of the outbox item that draws a card. */
export const drawCardKey = (cardId: string): string => `card:${cardId}`;

/** Returns the key of the outbox item that shows whom a request's review card did not reach. */
export const coverageKey = (requestNumber: number): string => `reach:${requestNumber}`;

/** The key of the item that tells an admin, once ever, what an upgrade no longer accepts. */
export const upgradeNoticeKey = (about: string, recipientId: string): string =>
  `upgrade-notice:${about}:${recipientId}`;
