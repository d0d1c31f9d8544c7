import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { commonErrors } from "./common.ts";
import { findSlackError, slackErrors } from "./table.ts";

/** The methods that the source calls, such as `chat.postMessage`. */
function calledMethods(): string[] {
  const src = new URL("../../", import.meta.url);
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
  );
  const call =
    /\b(auth|chat|conversations|users|usergroups|usergroups\.users|views)\.(test|post\w+|update|delete|open|info|history|members|list|lookupByEmail|push|publish)\(\{?/g;
  const found = files.flatMap((file) => {
    const text = readFileSync(new URL(file, src), "utf8");
    return /client|people|messages/.test(text)
      ? [...text.matchAll(call)].map(([, group, name]) => `${group}.${name}`)
      : [];
  });
  return [...new Set(found)].sort();
}

test("every method that Signoff calls has its errors in the table", () => {
  const listed = new Set(slackErrors.map(({ method }) => method));
  expect(calledMethods().filter((method) => !listed.has(method))).toEqual([]);
  expect(listed.size).toBe(18);
});

test("every row names its class and its source, and a method lists a code once", () => {
  for (const { method, code, class: errorClass, source } of slackErrors) {
    expect([method, code, errorClass]).not.toContain("");
    expect(source).toMatch(/^(https:\/\/(docs\.slack\.dev|github\.com)\/|undocumented, )/);
  }
  const keys = slackErrors.map(({ method, code }) => `${method} ${code}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test("the errors that Slack lists for every method are in every method", () => {
  const common = Object.values(commonErrors.errors).flat();
  expect(common).toHaveLength(30);
  for (const method of new Set(slackErrors.map((row) => row.method))) {
    for (const code of common) expect([method, code, findSlackError(method, code)]).not.toContain(undefined);
  }
});

test.each([
  ["chat.postMessage", "ekm_access_denied", "transient"],
  ["chat.postMessage", "external_channel_migrating", "transient"],
  ["chat.postMessage", "restricted_action_thread_only_channel", "channel"],
  ["chat.postMessage", "missing_scope", "token"],
  ["chat.update", "update_failed", "transient"],
  ["chat.update", "channel_not_found", "message"],
  ["conversations.open", "channel_not_found", "person"],
  ["conversations.open", "user_disabled", "person"],
  ["conversations.info", "channel_not_found", "channel"],
  ["conversations.members", "access_denied", "channel"],
  ["conversations.members", "fetch_members_failed", "transient"],
  ["conversations.history", "invalid_cursor", "transient"],
  ["users.info", "too_many_users", "person"],
  ["conversations.open", "too_many_users", "own-fault"],
  ["users.info", "user_disabled", "person"],
  ["usergroups.users.list", "no_such_subteam", "group"],
  ["views.publish", "hash_conflict", "message"],
])("%s: %s is about the %s", (method, code, errorClass) => {
  expect(findSlackError(method, code)?.class).toBe(errorClass);
});

test("an error that no method lists has no row, and one of another method only if it means the same there", () => {
  expect(findSlackError("chat.postMessage", "brand_new_error")).toBeUndefined();
  expect(findSlackError("chat.postMessage", "message_not_found")).toBeUndefined();
  expect(findSlackError(undefined, "user_not_visible")?.class).toBe("person");
});
