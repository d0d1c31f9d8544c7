/** Returns the key of the outbox item that draws a card. */
export const drawCardKey = (cardId: string): string => `card:${cardId}`;

/** Returns the key of the outbox item that shows whom a request's review card did not reach. */
export const coverageKey = (requestNumber: number): string => `reach:${requestNumber}`;
