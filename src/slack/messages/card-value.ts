/** A request's number, and the ID of the button's card or else the request's identity, where the button has one. */
type RequestValue = { number: string; origin: string | null };

/** Returns the value of a card's buttons. Its card id tells which card was clicked. */
export const cardValue = (number: number, cardId: string): string => `${number} ${cardId}`;

/** Returns the value of a button about a request that belongs to no card. The previous version reads the number. */
export const requestValue = ({ number, identity }: { number: number; identity: string }): string =>
  `${number} ${identity}`;

const valueWithOrigin = /^(\d{1,10}) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Reads the value of any button. For a button of an earlier version, or about something else, `number` is all of it. */
export function readCardValue(value: string): RequestValue {
  const [, number, origin] = valueWithOrigin.exec(value) ?? [];
  return number === undefined || origin === undefined ? { number: value, origin: null } : { number, origin };
}

/** The block that has the buttons of a card or of Review Details. The previous version adds nothing to its id. */
const requestBlock = "actions";

/**
 * Returns the id of the block that has the buttons of a request. It identifies the bound facts that were shown (R7). They
 * are not in the value, because the previous version reads no value with more than two parts.
 */
export const boundBlock = (fingerprint: string): string => `${requestBlock} ${fingerprint}`;

/** Returns which bound facts were shown with a button, and whether its block has the buttons of a request at all. */
export function readBoundBlock(blockId = ""): { isRequest: boolean; fingerprint: string | null } {
  const [name, fingerprint = null, ...rest] = blockId.split(" ");
  const isRequest = name === requestBlock && rest.length === 0;
  return { isRequest, fingerprint: isRequest ? fingerprint : null };
}
