import { randomUUID } from "node:crypto";
import { system } from "../../../src/domain/shared/actor.ts";
import { type Scope, scopes } from "../../../src/domain/tokens/scope.ts";
import { getRequestProgress } from "../../../src/queries/requests/get-request-progress.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import { createApi } from "../../../src/web/api/app.ts";
import { createRequestWaiters } from "../../../src/web/api/requests/request-waiters.ts";
import { accepted, type Catalog, idOf } from "../catalog.ts";

// biome-ignore lint/suspicious/noExplicitAny: what is in it is what the tests say.
export type FixtureResponse = { status: number; headers: Headers; body: any };

export type FixtureCall = (method: string, path: string, body?: unknown) => Promise<FixtureResponse>;

/** Returns the API of a catalog fixture, called without a network, on the fixture's clock. */
export function fixtureApi(fixture: Catalog) {
  const { context, organizationId } = fixture;
  const log = { error: console.error, warn: console.warn };
  const waiters = createRequestWaiters({
    ...{ now: context.now, log },
    readProgress: (id, numbers) => getRequestProgress(context.db, id, numbers),
  });
  const api = createApi({
    ...{ context: { ...context, wake: () => waiters.wake() }, waiters, log },
    publicUrl: "https://signoff.example",
    cardLink: (_, number, memberId) => `https://signoff.example/r/${number}.${memberId}`,
    knowRequester: async () => {},
    readReportToken: () => undefined,
    callsPerMinute: 100_000,
  });
  const callWith =
    (token: string | null): FixtureCall =>
    async (method, path, body) => {
      const answer = await api.request(path, {
        method,
        headers: {
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const json = /json$/.test(answer.headers.get("content-type")?.split(";")[0] ?? "");
      const lines = answer.headers.get("content-type")?.includes("ndjson");
      return {
        status: answer.status,
        headers: answer.headers,
        body: json && !lines ? JSON.parse(text) : text,
      };
    };
  /** Creates a token of this person's. Default: every scope and project. */
  const token = async (
    owner: string,
    { only = scopes, project = null }: { only?: readonly Scope[]; project?: string | null } = {},
  ): Promise<string> => {
    const { text } = accepted(
      await createToken(context, {
        ...{ organizationId, actor: system("test"), surface: "seed", name: `CI ${randomUUID()}` },
        ...{ scopes: only, projectId: project, memberId: idOf(owner) },
      }),
    );
    return text;
  };
  return {
    ...{ api, waiters, callWith, token },
    /** Creates a client with such a token. */
    client: async (...whose: Parameters<typeof token>) => callWith(await token(...whose)),
  };
}
