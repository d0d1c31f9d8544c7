import { type SQL, sql } from "drizzle-orm";

/** Returns a condition for each word: the text contains it, in any case. Empty words match everything. */
export function containsEveryWord(text: SQL, words: readonly string[]): SQL[] {
  return words.filter((word) => word !== "").map((word) => sql`strpos(lower(${text}), lower(${word})) > 0`);
}
