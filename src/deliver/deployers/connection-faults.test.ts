import { createServer } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { connectionFault } from "./connection-faults.ts";

const errorOf = (code: string, message = code) => Object.assign(new Error(message), { code });

test.each([
  ["DEPTH_ZERO_SELF_SIGNED_CERT", true],
  ["SELF_SIGNED_CERT_IN_CHAIN", true],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", true],
  ["CERT_HAS_EXPIRED", true],
  ["ERR_TLS_CERT_ALTNAME_INVALID", true],
  ["ENOTFOUND", true],
  ["EAI_AGAIN", false],
  ["ECONNREFUSED", false],
  ["ECONNRESET", false],
  ["EHOSTUNREACH", false],
  ["ENETUNREACH", false],
  ["ETIMEDOUT", false],
  ["EPROTO", false],
])("R9: whether waiting cannot help after %s: %s", (code, permanent) => {
  expect(connectionFault(errorOf(code))).toMatchObject({
    ...{ permanent, reason: expect.stringContaining(code) },
  });
});

test("of several addresses, one that may recover is enough to try again", () => {
  const refused = errorOf("ECONNREFUSED");
  const expired = errorOf("CERT_HAS_EXPIRED");
  expect(connectionFault(new AggregateError([expired, refused]))).toEqual({
    ...{ reason: "ECONNREFUSED", permanent: false },
  });
  expect(connectionFault(new AggregateError([expired, expired])).permanent).toBe(true);
});

test("R9: an address that does not speak https is not tried again", async () => {
  const server = createServer((_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const error = await new Promise((resolve) => {
    request({ host: "127.0.0.1", port, agent: false }).once("error", resolve).end();
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(connectionFault(error)).toMatchObject({
    ...{ permanent: true, reason: expect.stringContaining("does not speak https") },
  });
});
