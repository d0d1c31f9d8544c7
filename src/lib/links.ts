import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** What a signed link says: this member's card of this request. It names them and grants nothing. */
export type LinkPayload = { organization: string; request: number; member: string };

/** 128 bits of the signature: nobody guesses that, and the link stays short. */
const signatureBytes = 16;

/**
 * Signs a link to one member's card of one request.
 * @param secret the deployment's secret; the key is derived from it for links alone
 * @returns the token that stands after `/r/`: letters, digits, `-`, `_` and one dot
 */
export function signLink(secret: string, { organization, request, member }: LinkPayload): string {
  const payload = Buffer.from(JSON.stringify([organization, request, member])).toString("base64url");
  return `${payload}.${sign(secret, payload)}`;
}

/**
 * Gives what makes a member's whole link to their card of a request.
 * @param publicUrl no slash at its end
 */
export function cardLinks(publicUrl: string, secret: string) {
  return (organization: string, request: number, member: string): string =>
    `${publicUrl}/r/${signLink(secret, { organization, request, member })}`;
}

/** Reads a signed link's token; undefined where this secret did not sign exactly that. Compares in constant time. */
export function readLink(secret: string, token: string): LinkPayload | undefined {
  const [payload, signature, ...rest] = token.split(".");
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined;
  const expected = Buffer.from(sign(secret, payload));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return parse(Buffer.from(payload, "base64url").toString());
}

function sign(secret: string, payload: string): string {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "signoff link 1", 32));
  return createHmac("sha256", key).update(payload).digest().subarray(0, signatureBytes).toString("base64url");
}

function parse(json: string): LinkPayload | undefined {
  const [organization, request, member] = JSON.parse(json) as unknown[];
  if (typeof organization !== "string" || typeof member !== "string" || !Number.isSafeInteger(request)) {
    return undefined;
  }
  return { organization, request: request as number, member };
}
