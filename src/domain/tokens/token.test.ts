import { describe, expect, test } from "vitest";
import { type Scope, scopes } from "./scope.ts";
import { type ApiToken, actorOf, checkToken, coversProject, mayUse } from "./token.ts";

const token: ApiToken = {
  ...{ organizationId: "T1", id: "t1", name: "CI", memberId: "UADA", makerId: "UADA" },
  ...{ scopes: ["builds:write", "requests:read"], projectId: "commerce" },
};
const everywhere: ApiToken = { ...token, projectId: null };

describe("what a token may do", () => {
  test.each<[string, ApiToken, Scope, string | null | undefined, string | null]>([
    ["its scope in its project", token, "builds:write", "commerce", null],
    ["another scope", token, "promotions:write", "commerce", "token-scope"],
    ["another project", token, "builds:write", "finance", "token-project"],
    ["more than one project", token, "builds:write", null, "token-project"],
    ["what is narrowed to its project", token, "requests:read", undefined, null],
    ["any project, where it is for all", everywhere, "builds:write", "finance", null],
    ["all projects, where it is for all", everywhere, "builds:write", null, null],
    ["another scope, where it is for all", everywhere, "audit:read", null, "token-scope"],
    ["another scope of another project: the scope is told", token, "audit:read", "finance", "token-scope"],
  ])("%s", (_, one, scope, projectId, code) => {
    const result = mayUse(one, scope, projectId);
    expect(result.ok ? null : result.refusal.code).toBe(code);
  });

  test("a refused scope says what it has", () => {
    expect(mayUse(token, "audit:read")).toEqual({
      ok: false,
      refusal: { code: "token-scope", scope: "audit:read", has: ["builds:write", "requests:read"] },
    });
  });

  test("it covers its own project, and every one where it is for all", () => {
    expect([
      coversProject(token, "commerce"),
      coversProject(token, "finance"),
      coversProject(token, null),
    ]).toEqual([true, false, false]);
    expect([coversProject(everywhere, "finance"), coversProject(everywhere, null)]).toEqual([true, true]);
  });

  test("R4: no scope lets a token review", () => {
    expect(scopes.filter((scope) => /review|approve|reject/.test(scope))).toEqual([]);
  });
});

test("R5: it acts for the member that it names, or another one, and its maker stays known", () => {
  const actor = { kind: "token", tokenId: "t1", name: "CI", memberId: "UADA", makerId: "UADA" };
  expect(actorOf(token)).toEqual(actor);
  expect(actorOf(token, "UDANA")).toEqual({ ...actor, memberId: "UDANA" });
});

describe("a new token", () => {
  test("keeps its name in order, and each scope once", () => {
    expect(checkToken("  CI  of  Commerce \n", ["requests:read", "builds:write", "requests:read"])).toEqual({
      ok: true,
      value: { name: "CI of Commerce", scopes: ["builds:write", "requests:read"] },
    });
  });

  test.each([
    ["no name", "  ", ["builds:write"], { code: "token-name", limit: 80 }],
    [
      "a line break in its name",
      "CI\n✅ Approved",
      ["builds:write"],
      { code: "name-unusable", what: "token", why: "hidden", name: "CI\n✅ Approved", limit: 100 },
    ],
    ["a name of 81 characters", "x".repeat(81), ["builds:write"], { code: "token-name", limit: 80 }],
    ["no scope", "CI", [], { code: "no-scopes" }],
  ] as const)("with %s is refused", (_, name, chosen, refusal) => {
    expect(checkToken(name, chosen)).toEqual({ ok: false, refusal });
  });

  test("a name of 80 characters is taken", () => {
    expect(checkToken("x".repeat(80), ["builds:write"])).toMatchObject({ ok: true });
  });
});
