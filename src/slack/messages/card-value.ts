/** A request's number and, if the button belongs to a card, that card's id. */
type CardValue = { number: string; cardId: string | null };

/** Returns the value of a card's buttons. Its card id tells which card was clicked. */
export const cardValue = (number: number, cardId: string): string => `${number} ${cardId}`;

const valueWithCard = /^(\d{1,10}) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Reads the value of any button. For a button that belongs to no card, `number` is the whole value. */
export function readCardValue(value: string): CardValue {
  const [, number, cardId] = valueWithCard.exec(value) ?? [];
  return number === undefined || cardId === undefined ? { number: value, cardId: null } : { number, cardId };
}
