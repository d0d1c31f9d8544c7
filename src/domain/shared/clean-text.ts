/**
 * Characters that do not show but change what shows: control and format characters, line and paragraph separators,
 * direction marks, and fillers. Variation selectors choose between a text and an emoji form, so they are allowed.
 * Source: https://www.unicode.org/reports/tr44/#General_Category_Values and
 * https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
 */
const hidden =
  /(?![\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Joiners between letters or inside an emoji, and the tags of a flag: https://www.unicode.org/reports/tr51 */
const joined =
  /(?<=[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f)(?:\u200c|\u200d)(?=[\p{L}\p{M}\p{Extended_Pictographic}])|(?<=\u{1f3f4})[\u{e0020}-\u{e007e}]+\u{e007f}/gu;

/** Returns whether a name shows as it is: on one line, and without characters that hide or reorder others. */
export const isCleanName = (name: string): boolean => !hidden.test(name.replace(joined, ""));

/**
 * Returns text on one line without hidden characters, for names that come from elsewhere and cannot be refused. Line
 * breaks and tabs become spaces, and runs of spaces become one. May return an empty string.
 */
export function cleanName(text: string): string {
  const kept: string[] = [];
  const visible = text.replace(joined, (match) => {
    kept.push(match);
    return "\ue000";
  });
  // A placeholder that was in the text itself would take the wrong joiner, so the text is cleaned without them.
  if (text.includes("\ue000")) return strip(text);
  return strip(visible).replace(/\ue000/g, () => kept.shift() ?? "");
}

const strip = (text: string): string =>
  text
    .replace(/[\s\u0085\u2028\u2029]+/gu, " ")
    .replace(new RegExp(hidden, "gu"), "")
    .replace(/ +/g, " ")
    .trim();
