import { Hono } from "hono";
import { expect, test } from "vitest";
import { DatabaseBusy } from "../../../db/connection/connection-limit.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { OutcomeUnknown } from "../../usecases/shared/context.ts";
import { errorHandler, refusalProblem } from "./problems.ts";

const people = [{ id: "UADA", name: "Ada" }];
const number = 42;

/** Every refusal that there is, and its status over HTTP: a new one does not compile without a line. */
const table: { [Code in Refusal["code"]]: [Omit<Extract<Refusal, { code: Code }>, "code">, number] } = {
  "not-found": [{ what: "project" }, 404],
  archived: [{ what: "project" }, 409],
  "no-source": [{ target: "Development" }, 409],
  "nothing-live": [{ source: "Development" }, 409],
  "already-live": [{ version: "1.2.0", target: "Staging" }, 409],
  "build-changed": [{ live: { id: "run-7", version: "1.2.0" } }, 409],
  "gate-changed": [{ gated: true }, 409],
  "open-request": [{ number, replaceable: true, workflowOff: false }, 409],
  "not-replaceable": [{ number }, 409],
  "not-requester": [{ why: "role", roles: ["Developers"] }, 403],
  "not-reviewer": [{ why: "self", number }, 403],
  "too-few-reviewers": [{ required: 2, available: 1, workflowRoles: ["Reviewers"] }, 409],
  "unknown-card": [{ number }, 409],
  "request-changed": [{ number }, 409],
  "already-decided": [{ number }, 409],
  "not-pending": [{ number }, 409],
  "comment-required": [{}, 422],
  "text-too-long": [{ field: "message", limit: 3000 }, 422],
  "not-approved": [{ number }, 409],
  "not-reviewed": [{ number }, 409],
  "must-confirm": [{ number, changes: [], shown: "[]" }, 409],
  "not-named": [{ number: 42 }, 403],
  "not-canceller": [{ number }, 403],
  "reason-required": [{}, 422],
  "no-attempt": [{ number, why: "none" }, 409],
  "not-ender": [{ number }, 403],
  "not-cancellable": [{ number }, 409],
  "build-differs": [{ id: "run-7", parts: ["version"] }, 409],
  "deployment-differs": [{ id: "deploy-7", build: "run-7" }, 409],
  "time-out-of-range": [{ field: "builtAt", why: "ahead", at: new Date(0) }, 422],
  "commit-ambiguous": [{ commit: "abcdef1", count: 2 }, 409],
  "no-webhook": [{}, 409],
  "token-invalid": [{ why: "unknown" }, 401],
  "token-scope": [{ scope: "requests:write", has: [] }, 403],
  "token-project": [{}, 403],
  "not-admin": [{ admins: people }, 403],
  stale: [{ by: null, at: new Date(0) }, 409],
  "no-roles": [{}, 422],
  "assignee-not-in-roles": [{ people }, 409],
  "dead-workflow": [{ required: 1, projects: [] }, 409],
  "name-taken": [{ name: "Commerce" }, 409],
  "guard-lowered": [{ guards: [{ kind: "dropped", environment: "Production" }], admins: people }, 409],
  "role-in-use": [{ workflow: true, projects: [] }, 409],
  "admin-role": [{}, 409],
  "last-admin": [{}, 409],
  "not-full-members": [{ people: [] }, 409],
  "role-bound": [{}, 409],
  "channel-unusable": [{ why: "archived", name: "releases" }, 409],
  "request-in-the-way": [{ number }, 409],
  "address-unusable": [{ why: "inside" }, 422],
  "secret-hidden": [{ why: "seen" }, 409],
  "silence-limit": [{ least: 1, most: 60 }, 422],
  "too-few-environments": [{}, 422],
  "too-many-environments": [{ limit: 20 }, 422],
  "name-unusable": [{ what: "project", why: "hidden", name: "Pay\nApproved", limit: 100 }, 422],
  "token-name": [{ limit: 80 }, 422],
  "no-scopes": [{}, 422],
  "end-passed": [{}, 422],
  "scope-needs-admin": [{ scopes: ["audit:read"], member: { id: "UDANA", name: "Dana" } }, 409],
  "not-offered": [{}, 409],
};

async function answerOf(error: Error) {
  const api = new Hono();
  api.onError(errorHandler({ error: () => {} }));
  api.get("/", () => {
    throw error;
  });
  const answer = await api.request("/");
  return { type: answer.headers.get("content-type"), headers: answer.headers, body: await answer.json() };
}

test.each(Object.entries(table))(
  "%s is a problem with its code, its words and its facts",
  async (code, row) => {
    const [facts, status] = row;
    const { type, body } = await answerOf(refusalProblem({ code, ...facts } as Refusal));
    expect(type).toBe("application/problem+json");
    expect(body).toMatchObject({
      ...JSON.parse(JSON.stringify(facts)),
      ...{ type: `/problems/${code}`, status, code },
      ...{ title: expect.stringMatching(/^[A-Z]/), detail: expect.stringMatching(/^\S.*[.:]/) },
    });
  },
);

test("R13: who can is told where the refusal knows it", async () => {
  const admin = await answerOf(refusalProblem({ code: "not-admin", admins: people }));
  expect(admin.body).toMatchObject({ whoCan: people });
  const role = await answerOf(refusalProblem({ code: "not-requester", why: "role", roles: ["Developers"] }));
  expect(role.body).toMatchObject({ whoCan: ["Developers"] });
});

test.each([
  ["busy", new DatabaseBusy("full")],
  ["outcome-unknown", new OutcomeUnknown(new Error("lost"))],
])("%s is a 503 that says when to try again", async (code, error) => {
  const { headers, body } = await answerOf(error);
  expect(body).toMatchObject({ status: 503, code });
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
});

test("what nobody foresaw is a 500 that gives nothing away", async () => {
  const { body } = await answerOf(new Error("password=hunter2"));
  expect(body).toMatchObject({ status: 500, code: "failed" });
  expect(JSON.stringify(body)).not.toContain("hunter2");
});
