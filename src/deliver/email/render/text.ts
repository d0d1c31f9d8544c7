import { cutTo } from "../../../slack/words/text.ts";

/**
 * A stretch of running text. `theirs` is what people or their systems wrote: it is kept apart from our own words, so
 * that right-to-left text in it does not turn the sentence around.
 */
export type Piece = {
  text: string;
  theirs?: true;
  /** An http or https address, from `webAddress`. */
  href?: string;
  look?: "code" | "mark" | "quiet";
};

/** Control characters, and the invisible ones that turn the direction of what follows them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const invisible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** People's text in one line of at most so many characters: fit for a subject, a name, a cell. */
export function oneLine(text: string, limit: number): string {
  return cutTo(text.replace(/\s+/g, " ").replace(invisible, "").trim(), limit);
}

/** People's text in the lines in which they wrote it, at most so many characters. */
export function inLines(text: string, limit: number): string[] {
  return cutTo(text, limit)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replace(invisible, ""));
}

/** A name, version or the like, as people wrote it. */
export function theirs(text: string, limit = 60): Piece {
  return { text: oneLine(text, limit), theirs: true };
}

type Part = string | Piece | readonly Piece[];

/** A sentence of ours (a template's tag); a string put into it is people's text. */
export function sentence(ours: TemplateStringsArray, ...parts: Part[]): Piece[] {
  return ours.flatMap((text, index): Piece[] => {
    const part = parts[index];
    const put = part === undefined ? [] : typeof part === "string" ? [theirs(part)] : [part].flat();
    return text === "" ? put : [{ text }, ...put];
  });
}

export function plainOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => piece.text).join("");
}

/** The address as a browser reads it, where it is an http or https one; else nothing. */
export function webAddress(address: string | null): string | undefined {
  if (address === null || !URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return protocol === "http:" || protocol === "https:" ? href : undefined;
}
