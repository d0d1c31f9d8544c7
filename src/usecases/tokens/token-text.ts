import { createHash, randomBytes } from "node:crypto";
import { tokenPrefix } from "../../domain/tokens/token.ts";

/** A new token: 32 random bytes, and the only form in which anybody sees them. */
export const newTokenText = (): string => `${tokenPrefix}${randomBytes(32).toString("base64url")}`;

const shape = new RegExp(`^${tokenPrefix}[A-Za-z0-9_-]{43}$`);

/** Whether a text can be a token at all; what cannot is not looked for. */
export const isTokenText = (text: string): boolean => shape.test(text);

/** What is kept of a token: its SHA-256 in hex. It is random throughout, so it needs no salt and no slow hash. */
export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What of a token is shown later on, to tell it from others. */
export const hintOf = (text: string): string => text.slice(-4);
