import { DrizzleQueryError } from "drizzle-orm";
import { expect, test } from "vitest";
import { createLog, redactSecrets } from "./log.ts";

function recorded() {
  const lines: string[] = [];
  return { lines, log: createLog("info", { write: (line) => lines.push(line) }) };
}

test.each([
  [
    "a field",
    { token: "hunter2", slack: { botToken: "hunter2" }, http: { headers: { authorization: "hunter2" } } },
  ],
  ["a token in a message", "calling with xoxb-hunter2-abc failed"],
  ["an app token", "xapp-1-hunter2"],
  ["a Resend key", "key re_hunter2hunter2"],
  ["an Authorization header in text", '{"Authorization":"Bearer hunter2"}'],
  ["a database address", "connect to postgres://signoff:hunter2@db:5432/x"],
  ["an API token", "called with sgn_hunter2hunter2"],
  ["a report token", "https://x.example/status?token=sgr_hunter2.hunter2"],
  ["a webhook's secret", 'the secret "whsec_aHVudGVyMg==hunter2" was refused'],
])("secrets never reach the log: %s", (_, entry) => {
  const { log, lines } = recorded();
  log.info(entry);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain("hunter2");
  expect(() => JSON.parse(lines[0] ?? "")).not.toThrow();
});

test("an error is logged with its cause and code, and without what clients hang on it", () => {
  const { log, lines } = recorded();
  const cause = Object.assign(new Error("refused by xoxb-hunter2"), { code: "ECONNREFUSED" });
  const error = Object.assign(new Error("failed", { cause }), { request: { headers: "hunter2" } });
  log.error({ err: error }, "Could not send");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    level: "error",
    msg: "Could not send",
    err: {
      type: "Error",
      message: "failed",
      cause: { code: "ECONNREFUSED", message: "refused by [slack token]" },
    },
  });
  expect(lines[0]).not.toContain("hunter2");
});

test("an error of a statement is logged with the statement and its cause, and without the parameters", () => {
  const { log, lines } = recorded();
  const cause = Object.assign(new Error("duplicate key"), { code: "23505" });
  const mail = `hunter2\n    at the door\n${"x".repeat(35_000)}`;
  log.error({ err: new DrizzleQueryError("insert into emails values ($1)", [mail], cause) }, "It failed");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    err: {
      type: "DrizzleQueryError",
      message: "Failed query: insert into emails values ($1)",
      cause: { message: "duplicate key", code: "23505" },
    },
  });
  expect(lines[0]).not.toContain("hunter2");
  expect(lines[0]?.length).toBeLessThan(5_000);
});

test.each([
  ["an address without a password", "postgres://a:"],
  ["the beginning of a header", "Bearer "],
  ["a token", "xoxb-"],
  ["a webhook's secret", "whsec_"],
])("redaction takes linear time: %s, again and again", (_, part) => {
  const took = (times: number) => {
    const text = part.repeat(times);
    const began = performance.now();
    redactSecrets(text);
    return performance.now() - began;
  };
  took(1_000);
  // Quadratic time would take minutes.
  expect(took(100_000)).toBeLessThan(3_000);
});
