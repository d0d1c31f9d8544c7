import type { ApiDocument } from "./api-document.ts";
import { DocumentCheck } from "./api-document.ts";

export type ApiAnswer = {
  status: number;
  headers: Headers;
  /** Parsed where it is JSON, else text. */
  // biome-ignore lint/suspicious/noExplicitAny: the document says what is in it, and it was held to that.
  body: any;
};

export type ApiCall = {
  /** What stands in the path's braces. */
  params?: Record<string, string | number>;
  query?: Record<string, string | number>;
  body?: unknown;
  headers?: Record<string, string>;
  /** Another token than the client's; null: none. */
  token?: string | null;
  signal?: AbortSignal;
};

/** A client of the API to whom every answer is as the API's own document says, or it throws. */
export type CheckedApi = {
  document: ApiDocument;
  /** What was seen of the document so far. */
  check: DocumentCheck;
  /** @param route a method and a path as the document writes it: `GET /requests/{number}` */
  call(route: string, call?: ApiCall): Promise<ApiAnswer>;
};

/** Reads the document of a running Signoff, and calls it with a token from then on. */
export async function checkedApi(botUrl: string, token: string): Promise<CheckedApi> {
  const base = `${botUrl}/api/v1`;
  const document = (await (await fetch(`${base}/openapi.json`)).json()) as ApiDocument;
  const check = new DocumentCheck(document);
  return {
    document,
    check,
    call: async (route, { params = {}, query = {}, body, headers = {}, token: other, signal } = {}) => {
      const [method = "", path = ""] = route.split(" ");
      const bearer = other === undefined ? token : other;
      const answer = await fetch(`${base}${filled(path, params)}${search(query)}`, {
        method,
        headers: {
          ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      });
      const text = await answer.text();
      const contentType = answer.headers.get("content-type");
      const read: unknown = /^application\/(problem\+)?json/.test(contentType ?? "")
        ? JSON.parse(text)
        : text;
      check.check({ method, path, sent: body, status: answer.status, contentType, body: read });
      return { status: answer.status, headers: answer.headers, body: read };
    },
  };
}

const filled = (path: string, params: Record<string, string | number>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(value);
  });

const search = (query: Record<string, string | number>): string => {
  const pairs = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
};
