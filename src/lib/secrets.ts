import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

/** What a stored secret belongs to. It opens nowhere else: a row that was copied to another integration is refused. */
export type SecretOwner = { organizationId: string; integrationId: string };

/** Encrypts and decrypts what is stored. */
export type Secrets = {
  /** @returns text that can be stored: `v1.` and base64url. */
  seal(plain: string, owner: SecretOwner): string;
  /** Throws `SealedElsewhere` where this secret did not seal exactly that for this owner. */
  open(sealed: string, owner: SecretOwner): string;
  /** Whether `open` would give it. */
  opens(sealed: string, owner: SecretOwner): boolean;
};

/** A stored secret cannot be read: SIGNOFF_SECRET was changed, or the row is not the one that was written. */
export class SealedElsewhere extends Error {
  constructor() {
    super("A stored secret cannot be decrypted: SIGNOFF_SECRET is not the one that it was stored with");
  }
}

const version = "v1";
const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM with a fresh nonce each time and a key that is derived for this purpose alone; the owner is authenticated
 * with it. The prefix names the scheme, so that another one can follow.
 *
 * @param secret SIGNOFF_SECRET
 */
export function secretsWith(secret: string): Secrets {
  const key = keyFor(secret, "signoff stored secret 1");
  const open: Secrets["open"] = (sealed, owner) => openWith(key, sealed, owner);
  return {
    seal: (plain, owner) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(nameOf(owner));
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
        if (error instanceof SealedElsewhere) return false;
        throw error;
      }
    },
  };
}

function openWith(key: Buffer, sealed: string, owner: SecretOwner): string {
  const [scheme, text = "", ...rest] = sealed.split(".");
  const bytes = Buffer.from(text, "base64url");
  if (scheme !== version || rest.length > 0 || bytes.length < nonceBytes + tagBytes) {
    throw new SealedElsewhere();
  }
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(nameOf(owner))
    .setAuthTag(bytes.subarray(-tagBytes));
  try {
    const plain = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
    return Buffer.concat([plain, decipher.final()]).toString("utf8");
  } catch {
    throw new SealedElsewhere();
  }
}

const nameOf = ({ organizationId, integrationId }: SecretOwner): Buffer =>
  Buffer.from(JSON.stringify(["webhook", organizationId, integrationId]));

const tokenPrefix = "sgr_";

/**
 * The token with which the far side reports on one attempt and on nothing else. It follows from the attempt, so it is
 * stored nowhere, and every call of the same attempt carries the same one. It says whose attempt it is.
 *
 * @param secret SIGNOFF_SECRET
 */
export function reportToken(secret: string, organizationId: string, deploymentId: string): string {
  const key = keyFor(secret, "signoff report token 1");
  const mac = createHmac("sha256", key).update(JSON.stringify([organizationId, deploymentId]));
  return `${tokenPrefix}${Buffer.from(organizationId).toString("base64url")}.${mac.digest("base64url")}`;
}

/**
 * Whose attempt a token is for, where it is for this one; undefined where this secret did not sign exactly that.
 * Compares in constant time.
 */
export function readReportToken(secret: string, token: string, deploymentId: string): string | undefined {
  if (!token.startsWith(tokenPrefix)) return undefined;
  const [named = ""] = token.slice(tokenPrefix.length).split(".");
  const organizationId = Buffer.from(named, "base64url").toString();
  const expected = Buffer.from(reportToken(secret, organizationId, deploymentId));
  const given = Buffer.from(token);
  const same = given.length === expected.length && timingSafeEqual(given, expected);
  return same ? organizationId : undefined;
}

function keyFor(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", purpose, 32));
}
