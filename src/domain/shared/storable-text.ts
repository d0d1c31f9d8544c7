/**
 * Returns the text without NUL characters and with U+FFFD for each lone surrogate. PostgreSQL's text cannot hold
 * either: https://www.postgresql.org/docs/current/datatype-character.html
 */
export const stripUnstorable = (text: string): string =>
  text.replace(/\0/g, "").replace(/\p{Surrogate}/gu, "\ufffd");

/** Returns whether PostgreSQL can store the text unchanged: `stripUnstorable` would return it as it is. */
export const isStorable = (text: string): boolean => !/\0|\p{Surrogate}/u.test(text);
