import { createHash, randomBytes } from "node:crypto";
import { tokenPrefix } from "../../domain/tokens/token.ts";

/** Returns a new token: the prefix and 32 random bytes in base64url. */
export const newTokenText = (): string => `${tokenPrefix}${randomBytes(32).toString("base64url")}`;

const shape = new RegExp(`^${tokenPrefix}[A-Za-z0-9_-]{43}$`);

/** Returns whether a text has the form of a token. Other texts are not looked up. */
export const isTokenText = (text: string): boolean => shape.test(text);

/** Returns what is stored of a token: its SHA-256 in hex. A random token needs no salt and no slow hash. */
export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Returns the last four characters, which identify the token on screens. */
export const hintOf = (text: string): string => text.slice(-4);
