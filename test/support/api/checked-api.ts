import type { ApiDocument } from "./api-document.ts";
import { DocumentCheck } from "./api-document.ts";

export type ApiAnswer = {
  status: number;
  headers: Headers;
  /** Parsed if it is JSON, or else text. */
  // biome-ignore lint/suspicious/noExplicitAny: the document says what is in it, and it was held to that.
  body: any;
};

export type ApiCall = {
  /** The values for the braces in the path. */
  params?: Record<string, string | number>;
  query?: Record<string, string | number>;
  body?: unknown;
  headers?: Record<string, string>;
  /** Another token instead of the client's. Null sends none. */
  token?: string | null;
  signal?: AbortSignal;
};

/** An API client that throws if a response does not match the API's own document. */
export type CheckedApi = {
  document: ApiDocument;
  /** The parts of the document seen so far. */
  check: DocumentCheck;
  /** @param route a method and a path as in the document: `GET /requests/{number}` */
  call(route: string, call?: ApiCall): Promise<ApiAnswer>;
};

/** Reads the document of a running Signoff, and returns a client with this token. */
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
