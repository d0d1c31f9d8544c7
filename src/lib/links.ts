import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/**
 * A signed link's content: one member's card of one request. The link grants nothing. `identity`: the start of the
 * request's identity, because another request may have the number after a restore; links of earlier versions lack it.
 */
export type LinkPayload = { organization: string; request: number; member: string; identity?: string };

/** 32 bits tell the requests apart that had the same number, and keep the link short. */
const identityLength = 8;

/** 128 bits of the signature cannot be guessed, and keep the link short. */
const signatureBytes = 16;

/**
 * Signs a link to one member's card of one request.
 *
 * @param secret SIGNOFF_SECRET. The signing key is derived from it and used only for links.
 * @returns the token that follows `/r/`: letters, digits, `-`, `_`, and one dot
 */
export function signLink(secret: string, { organization, request, member, identity }: LinkPayload): string {
  const parts = [organization, request, member, ...(identity ? [identity.slice(0, identityLength)] : [])];
  const payload = Buffer.from(JSON.stringify(parts)).toString("base64url");
  return `${payload}.${sign(secret, payload)}`;
}

/**
 * Returns a function that creates the URL of a member's card of a request.
 *
 * @param publicUrl the base URL, without a trailing slash
 */
export function cardLinks(publicUrl: string, secret: string) {
  return (organization: string, request: number, member: string, identity: string): string =>
    `${publicUrl}/r/${signLink(secret, { organization, request, member, identity })}`;
}

/**
 * Returns what a link's token says, or undefined if it was not signed with this secret or does not hold a link.
 * Compares signatures in constant time.
 */
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

/** A later version may append parts, and both versions read links during an upgrade. */
const payloadSchema = z.tuple([z.string(), z.int(), z.string()]).rest(z.unknown());

function parse(json: string): LinkPayload | undefined {
  const parsed = payloadSchema.safeParse(JSON.parse(json));
  if (!parsed.success) return undefined;
  const [organization, request, member, identity] = parsed.data;
  const isIdentity = typeof identity === "string" && /^[0-9a-f]{8}$/.test(identity);
  return { organization, request, member, ...(isIdentity && { identity }) };
}
