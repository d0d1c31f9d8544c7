/** A request's number and, from the card that shows it, that card's id. */
type CardValue = { number: string; cardId: string | null };

/** What a card's button carries in its value: by the id a click tells which card it came from. */
export const cardValue = (number: number, cardId: string): string => `${number} ${cardId}`;

const withCard = /^(\d{1,10}) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Reads the value of any button. Of one that is not a card's the value is given as it is. */
export function readCardValue(value: string): CardValue {
  const [, number, cardId] = withCard.exec(value) ?? [];
  return number === undefined || cardId === undefined ? { number: value, cardId: null } : { number, cardId };
}
