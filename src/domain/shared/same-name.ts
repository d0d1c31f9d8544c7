/** Characters that do not show, such as joiners and variation selectors. */
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Returns whether people could not tell two names apart: they differ only in case, spaces, or characters that do not
 * show, or in how the same characters are encoded.
 */
export const sameName = (one: string, other: string): boolean => plain(one) === plain(other);

/** Upper case first: it makes "ß" and "SS" the same. https://www.unicode.org/reports/tr15 describes NFKC. */
const plain = (name: string): string =>
  name
    .replace(/\s+/g, " ")
    .replace(invisible, "")
    .normalize("NFKC")
    .replace(/\s+/g, " ")
    .trim()
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC");
