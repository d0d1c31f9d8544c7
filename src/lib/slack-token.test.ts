import { expect, test } from "vitest";
import { isSlackToken, wrongTokenKind } from "./slack-token.ts";

test.each(["xoxb-1-2-abc", "xoxb-test"])("%s is a bot token", (text) => {
  expect(wrongTokenKind(text)).toBeUndefined();
});

test.each([
  ["xoxp-1-2-abc", "a person"],
  ["xoxe.xoxp-1-abc", "a person"],
  ["xoxs-1", "a person"],
  ["xapp-1-A1-2-abc", "app-level"],
  ["xoxe.xoxb-1-abc", "token rotation"],
  ["xoxe-1-abc", "refresh token"],
  ["xoxa-2", "not a bot token"],
  ["8f742231b10e8888abcd99eee00085a5", "signing secret"],
  ["123456789.987654321", "client ID"],
  ["https://hooks.slack.com/services/T1/B1/x", "address"],
  ["Bearer xoxb-1", "Bearer"],
  ["xoxb-", "not a bot token"],
  ["xoxb-1 xoxb-2", "not a bot token"],
  ["something", "not a bot token"],
])("%s is not one, and the words say what it is and do not repeat it", (text, words) => {
  expect(wrongTokenKind(text)).toContain(words);
  expect(wrongTokenKind(text)).not.toContain(text);
});

test.each([
  ["xoxb-1", true],
  ["xapp-1", true],
  ["xoxe.xoxb-1", true],
  ["8f742231b10e8888abcd99eee00085a5", false],
])("%s is a Slack token: %s", (text, is) => {
  expect(isSlackToken(text)).toBe(is);
});
