/** What PostgreSQL keeps of a text: no NUL, no half of a surrogate pair. */
export const stripUnstorable = (text: string): string =>
  text.replace(/\0/g, "").replace(/\p{Surrogate}/gu, "\ufffd");
