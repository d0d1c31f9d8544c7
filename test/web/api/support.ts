import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { outbox } from "../../../db/schema/index.ts";
import { member } from "../../../src/domain/shared/actor.ts";
import { type Scope, scopes } from "../../../src/domain/tokens/scope.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import { createApi } from "../../../src/web/api/app.ts";
import type { ApiDeps } from "../../../src/web/api/deps.ts";
import { createRequestWaiters } from "../../../src/web/api/requests/request-waiters.ts";
import { accepted, buildCatalog, type CatalogOptions, idOf } from "../../support/catalog.ts";
import type { TestDatabase } from "../../support/database.ts";
import { recordedLog } from "../slack/start-receiver.ts";

export type Answer = {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it.
  body: any;
};

export type Call = {
  /** The text of a token. Null sends none. */
  token?: string | null;
  key?: string;
  headers?: Record<string, string>;
};

/** A catalog with its API, and tokens that Ada created. */
export async function apiFixture(
  database: TestDatabase,
  options: CatalogOptions = {},
  change: Partial<ApiDeps> = {},
) {
  const fixture = await buildCatalog(database, options);
  const { organizationId, context } = fixture;
  const { log, lines } = recordedLog();
  const waiters = createRequestWaiters({ readProgress: async () => new Map(), now: context.now, log });
  const api = createApi({
    ...{ context, waiters, log, cardLink: () => "", readReportToken: () => undefined },
    knowRequester: async () => {},
    publicUrl: "https://signoff.example",
    ...change,
  });
  const newToken = async (only: readonly Scope[] = scopes, projectId: string | null = null) => {
    const made = await createToken(context, {
      ...{ organizationId, actor: member(idOf("ada")), surface: "slack", memberId: idOf("ada") },
      ...{ name: `CI ${randomUUID()}`, scopes: only, projectId },
    });
    return accepted(made);
  };
  const { text: all } = await newToken();
  // Discards the items of creating the token, which tests should not see.
  await context.db.delete(outbox).where(eq(outbox.organizationId, organizationId));
  const call = async (method: string, path: string, body?: unknown, how: Call = {}): Promise<Answer> => {
    const { token = all, key, headers = {} } = how;
    const answer = await api.request(path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === "" ? null : JSON.parse(text) };
  };
  return {
    ...fixture,
    ...{ api, call, newToken, lines },
    get: (path: string, how?: Call) => call("GET", path, undefined, how),
    put: (path: string, body: unknown, how?: Call) => call("PUT", path, body, how),
    post: (path: string, body: unknown, how?: Call) => call("POST", path, body, how),
  };
}

export type ApiFixture = Awaited<ReturnType<typeof apiFixture>>;

/** Returns every row except tokens, whose last use changes. */
export async function rowsOf(fixture: ApiFixture): Promise<object> {
  const { apiTokens: _, ...rows } = await fixture.allRows();
  return rows;
}

/** Returns the short form of a problem. */
export const problemIn = ({ status, body }: Answer): [number, string] => [status, body.code];
