import { cleanName } from "../domain/shared/clean-text.ts";

/** Returns a remark about a line of a seed file, for a terminal. A name in it cannot draw a line or a color of its own. */
export const printLine = (line: number, words: string): string => `  line ${line}: ${cleanName(words)}`;
