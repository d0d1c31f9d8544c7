import { cleanName } from "../../../domain/shared/clean-text.ts";
import { webAddress as readAddress, shownHost } from "../../../domain/shared/web-link.ts";
import { cutName, cutTo } from "../../../slack/words/text.ts";

/** A piece of running text. `theirs`: users or their systems wrote it, so it is isolated in case it is right-to-left. */
export type Piece = {
  text: string;
  theirs?: true;
  /** An http or https address, from `webAddress`. */
  href?: string;
  look?: "code" | "mark" | "quiet";
};

/** Characters that do not show but change what shows. Joiners stay: they belong to words and emoji. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const invisible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Returns a user's text as one line of at most `limit` characters, for a subject, name, or cell. */
export function oneLine(text: string, limit: number): string {
  return cutName(cleanName(text), limit);
}

/** Returns a user's text in its own lines, at most `limit` characters in total. */
export function inLines(text: string, limit: number): string[] {
  return cutTo(text, limit)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replace(invisible, ""));
}

/** Returns a user's name, version, or other short text. */
export function theirs(text: string, limit = 60): Piece {
  return { text: oneLine(text, limit), theirs: true };
}

type Part = string | Piece | readonly Piece[];

/** The tag of a template for Signoff's own sentence. A string that is inserted counts as a user's text. */
export function sentence(own: TemplateStringsArray, ...parts: Part[]): Piece[] {
  return own.flatMap((text, index): Piece[] => {
    const part = parts[index];
    const put = part === undefined ? [] : typeof part === "string" ? [theirs(part)] : [part].flat();
    return text === "" ? put : [{ text }, ...put];
  });
}

/** Returns the text without its formatting. */
export function plainOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => piece.text).join("");
}

/** Returns an http or https address as a browser reads it, without a user name; otherwise undefined. */
export const webAddress = (address: string | null): string | undefined => readAddress(address)?.href;

/** Returns the host of a linked piece as it is shown after it; nothing where the text is the host or the address. */
export function hostOf({ text, href }: Piece): string | undefined {
  const url = readAddress(href ?? null);
  if (url === null) return undefined;
  const host = shownHost(url);
  return text === host || text === href ? undefined : host;
}
