import { expect, test } from "vitest";
import { scopes } from "../domain/tokens/scope.ts";
import { readTokenArguments, TokenArgumentsError } from "./token-arguments.ts";

const asked = ["--name", "CI", "--scopes", " builds:write, requests:read,", "--member=ada@acme.example"];

test("what is asked for", () => {
  expect(readTokenArguments([...asked, "--project", "commerce", "--organization", "T1"])).toEqual({
    ...{ name: "CI", scopes: ["builds:write", "requests:read"], member: "ada@acme.example" },
    ...{ project: "commerce", organization: "T1", endsAt: null },
  });
});

test("the last day that is asked for lasts until its end", () => {
  const { endsAt } = readTokenArguments([...asked, "--last-day", "2027-06-30"]);
  expect(endsAt).toEqual(new Date("2027-07-01T00:00:00Z"));
  for (const day of ["30.6.2027", "2027-13-01", "tomorrow"]) {
    expect(() => readTokenArguments([...asked, "--last-day", day])).toThrow(`${day} is no day.`);
  }
});

test.each<[string, string[], string]>([
  ["what is missing", ["--name", "X", "--member", " "], "Say --scopes and --member."],
  ["an option that there is not", [...asked, "--review", "yes"], "Unknown option '--review'"],
  ["a word that belongs to no option", [...asked, "commerce"], "Unexpected argument 'commerce'"],
  [
    "scopes that there are not",
    ["--scopes", "reviews:write", ...asked.slice(0, 2), ...asked.slice(4)],
    "There is no scope reviews:write.",
  ],
])("%s is told", (_, args, said) => {
  const read = () => readTokenArguments(args);
  expect(read).toThrow(TokenArgumentsError);
  expect(read).toThrow(said);
});

test("whoever asks wrongly reads how it is used, with every scope", () => {
  for (const scope of scopes) expect(() => readTokenArguments([])).toThrow(scope);
});
