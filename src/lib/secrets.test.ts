import { expect, test } from "vitest";
import { CannotDecrypt, createSecrets, readReportToken, reportToken } from "./secrets.ts";

const secret = "0123456789abcdef0123456789abcdef";
const owner = { organizationId: "T1", integrationId: "a" };
const secrets = createSecrets(secret);

test("what was sealed opens for its owner, and looks different each time", () => {
  const sealed = secrets.seal("whsec_abc", owner);
  expect(secrets.open(sealed, owner)).toBe("whsec_abc");
  expect(sealed).toMatch(/^v1\.[\w-]+$/);
  expect(sealed).not.toContain("whsec");
  expect(secrets.seal("whsec_abc", owner)).not.toBe(sealed);
});

test("it opens with no other secret, and for no other organization or integration", () => {
  const sealed = secrets.seal("whsec_abc", owner);
  const others: [string, typeof owner][] = [
    [`${secret.slice(0, -1)}0`, owner],
    [secret, { ...owner, organizationId: "T2" }],
    [secret, { ...owner, integrationId: "b" }],
  ];
  for (const [other, whose] of others) {
    expect(() => createSecrets(other).open(sealed, whose)).toThrow(CannotDecrypt);
  }
});

test("what was changed on the way does not open, wherever it was changed", () => {
  const sealed = secrets.seal("whsec_abc", owner);
  const bytes = Buffer.from(sealed.slice(3), "base64url");
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] as number) ^ 1;
    expect(() => secrets.open(`v1.${changed.toString("base64url")}`, owner)).toThrow(CannotDecrypt);
  }
  for (const broken of ["", "v1", "v1.", "v1.AAAA", `v2${sealed.slice(2)}`, `${sealed}.x`, "whsec_abc"]) {
    expect(() => secrets.open(broken, owner)).toThrow(CannotDecrypt);
  }
});

test("a report token is that of one attempt of one organization, says whose, and stays the same", () => {
  const token = reportToken(secret, "T1", "d1");
  expect(token).toMatch(/^sgr_[\w-]+\.[\w-]{43}$/);
  expect(reportToken(secret, "T1", "d1")).toBe(token);
  expect(readReportToken(secret, token, "d1")).toBe("T1");
  const mac = token.split(".")[1];
  for (const [key, given, id] of [
    [secret, token, "d2"],
    [`${secret}x`, token, "d1"],
    [secret, `sgr_${Buffer.from("T2").toString("base64url")}.${mac}`, "d1"],
    [secret, `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`, "d1"],
    [secret, token.slice(0, -1), "d1"],
    [secret, `${token}.x`, "d1"],
    [secret, token.replace("sgr_", "sgn_"), "d1"],
    [secret, "sgr_", "d1"],
    [secret, "", "d1"],
    [secret, `${token.slice(0, -2)}éé`, "d1"],
  ] as const) {
    expect(readReportToken(key, given, id)).toBeUndefined();
  }
});
