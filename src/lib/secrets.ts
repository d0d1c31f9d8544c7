import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

/** The owner of a stored secret. Only the same owner can decrypt it, so a row copied to another integration is refused. */
export type SecretOwner = { organizationId: string; integrationId: string };

/** Encrypts and decrypts stored secrets. */
export type Secrets = {
  /** Encrypts a text. @returns text for storage: `v1.` and base64url */
  seal(plain: string, owner: SecretOwner): string;
  /** Decrypts a text. @throws CannotDecrypt if it was not encrypted with this secret for this owner */
  open(sealed: string, owner: SecretOwner): string;
  /** Returns whether `open` would succeed. */
  opens(sealed: string, owner: SecretOwner): boolean;
};

/** A stored secret cannot be decrypted: SIGNOFF_SECRET was changed, or the row was altered. */
export class CannotDecrypt extends Error {
  constructor() {
    super("A stored secret cannot be decrypted: SIGNOFF_SECRET differs from the one it was encrypted with");
  }
}

const version = "v1";
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Returns the encryption of stored secrets: AES-256-GCM with a random nonce, a key derived only for this purpose, and
 * the owner as authenticated data. The prefix `v1` names the scheme, so that it can be replaced later.
 *
 * @param secret SIGNOFF_SECRET
 */
export function createSecrets(secret: string): Secrets {
  const key = keyFor(secret, "signoff stored secret 1");
  const open: Secrets["open"] = (sealed, owner) => decrypt(key, sealed, owner);
  return {
    seal: (plain, owner) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(authenticatedData(owner));
      const sealed = Buffer.concat([
        nonce,
        cipher.update(plain, "utf8"),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `${version}.${sealed.toString("base64url")}`;
    },
    open,
    opens: (sealed, owner) => {
      try {
        open(sealed, owner);
        return true;
      } catch (error) {
        if (error instanceof CannotDecrypt) return false;
        throw error;
      }
    },
  };
}

function decrypt(key: Buffer, sealed: string, owner: SecretOwner): string {
  const [scheme, text = "", ...rest] = sealed.split(".");
  const bytes = Buffer.from(text, "base64url");
  if (scheme !== version || rest.length > 0 || bytes.length < nonceBytes + tagBytes) {
    throw new CannotDecrypt();
  }
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(authenticatedData(owner))
    .setAuthTag(bytes.subarray(-tagBytes));
  try {
    const plain = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
    return Buffer.concat([plain, decipher.final()]).toString("utf8");
  } catch {
    throw new CannotDecrypt();
  }
}

const authenticatedData = ({ organizationId, integrationId }: SecretOwner): Buffer =>
  Buffer.from(JSON.stringify(["webhook", organizationId, integrationId]));

const tokenPrefix = "sgr_";

/**
 * Returns the token that allows reports on one deployment attempt and nothing else. It is derived from the attempt, so it
 * is not stored, and every call of the same attempt carries the same token. It contains the organization's ID.
 *
 * @param secret SIGNOFF_SECRET
 */
export function reportToken(secret: string, organizationId: string, deploymentId: string): string {
  const key = keyFor(secret, "signoff report token 1");
  const mac = createHmac("sha256", key).update(JSON.stringify([organizationId, deploymentId]));
  return `${tokenPrefix}${Buffer.from(organizationId).toString("base64url")}.${mac.digest("base64url")}`;
}

/**
 * Returns the organization's ID from a report token, or undefined if it is not the token of this deployment. Compares in
 * constant time.
 */
export function readReportToken(secret: string, token: string, deploymentId: string): string | undefined {
  if (!token.startsWith(tokenPrefix)) return undefined;
  const [encodedOrganization = ""] = token.slice(tokenPrefix.length).split(".");
  const organizationId = Buffer.from(encodedOrganization, "base64url").toString();
  const expected = Buffer.from(reportToken(secret, organizationId, deploymentId));
  const given = Buffer.from(token);
  const matches = given.length === expected.length && timingSafeEqual(given, expected);
  return matches ? organizationId : undefined;
}

function keyFor(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", purpose, 32));
}
