import { expect, test } from "vitest";
import { createLog } from "./log.ts";

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
