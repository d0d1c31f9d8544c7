import { expect, test } from "vitest";
import {
  isDeniedCall,
  neededScope,
  slackErrorClass,
  slackErrorCode,
  slackMethod,
  withMethod,
} from "./slack-error.ts";

const answered = (data: unknown) => Object.assign(new Error("answered"), { data });

test("only a JSON body with ok false and a code is an answer of Slack's", () => {
  expect(slackErrorCode(answered({ ok: false, error: "channel_not_found" }))).toBe("channel_not_found");
  expect(slackErrorCode(Object.assign(new Error(), { body: { ok: false, error: "invalid_auth" } }))).toBe(
    "invalid_auth",
  );
});

test.each([
  { ok: false, error: "<html><title>403 Forbidden</title></html>" },
  { ok: false, error: "Access denied by policy" },
  { ok: false, error: "" },
  { ok: false, error: { code: "blocked" } },
  { error: "channel_not_found" },
  { message: "Forbidden" },
  null,
  "user_not_found",
])("%j is not", (data) => {
  expect(slackErrorCode(answered(data))).toBeUndefined();
  expect(slackErrorClass(answered(data))).toBeUndefined();
});

test("what an error means depends on its method", () => {
  const at = (method: string) => withMethod(answered({ ok: false, error: "channel_not_found" }), method);
  expect(slackErrorClass(at("chat.update"))).toBe("message");
  expect(slackErrorClass(at("chat.postMessage"))).toBe("channel");
  expect(slackErrorClass(at("conversations.open"))).toBe("person");
  expect(slackMethod(at("chat.update"))).toBe("chat.update");
  expect(slackMethod("no error")).toBeUndefined();
});

test("a token that is accepted, but not for this call", () => {
  const denied = answered({ ok: false, error: "missing_scope", needed: "chat:write", provided: "commands" });
  expect([isDeniedCall(denied), neededScope(denied)]).toEqual([true, "chat:write"]);
  expect(isDeniedCall(answered({ ok: false, error: "token_revoked" }))).toBe(false);
});
