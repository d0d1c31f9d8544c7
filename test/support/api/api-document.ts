import { z } from "zod";

type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
};

type Content = Record<string, { schema?: Schema }>;

type Operation = {
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
};

/** The part of an OpenAPI 3.1 document that responses are checked against. */
export type ApiDocument = {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};

/** A request and its response. `body` is parsed if it is JSON, or else text. */
export type Exchanged = {
  method: string;
  /** The path as in the document: `/requests/{number}`. */
  path: string;
  sent: unknown;
  status: number;
  contentType: string | null;
  body: unknown;
};

/** Checks responses against a document: their status, their media type, and every member of the body. */
export class DocumentCheck {
  readonly #document: ApiDocument;
  readonly #schemas = new Map<Schema, z.ZodType>();
  /** Every path, method, and status seen so far, such as `GET /requests/{number} 200`. */
  readonly seen = new Set<string>();

  constructor(document: ApiDocument) {
    this.#document = document;
  }

  /** Returns every route of the document, such as `GET /requests/{number}`. */
  routes(): string[] {
    return Object.entries(this.#document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  /** @throws if the response, or the request that was accepted, does not match the document */
  check({ method, path, sent, status, contentType, body }: Exchanged): void {
    const what = `${method} ${path} ${status}`;
    const operation = this.#document.paths[path]?.[method.toLowerCase()];
    if (operation === undefined) throw new Error(`${method} ${path} is not in the document`);
    const response = operation.responses[status];
    if (response === undefined) throw new Error(`${what} is not in the document: ${JSON.stringify(body)}`);
    const media = (contentType ?? "").split(";")[0]?.trim() ?? "";
    const content = response.content?.[media];
    if (content === undefined) throw new Error(`${what} came as “${media}”, which is not in the document`);
    this.#hold(content.schema, body, what);
    const taken = status < 300 && sent !== undefined;
    if (taken)
      this.#hold(operation.requestBody?.content["application/json"]?.schema, sent, `${what}, the call`);
    this.seen.add(what);
  }

  #hold(schema: Schema | undefined, value: unknown, what: string): void {
    if (schema === undefined) throw new Error(`${what} has no schema in the document`);
    const cached = this.#schemas.get(schema) ?? z.fromJSONSchema(this.#closed(schema) as never);
    this.#schemas.set(schema, cached);
    const { error } = cached.safeParse(value);
    if (error === undefined) return;
    throw new Error(`${what} is not as in the document: ${z.prettifyError(error)}\n${JSON.stringify(value)}`);
  }

  /** Returns the schema with references resolved and with no additional members allowed. */
  #closed({ $ref, allOf, ...schema }: Schema): Schema {
    if ($ref !== undefined) return this.#closed(this.#find($ref));
    if (allOf !== undefined)
      return this.#closed([...allOf.map((one) => this.#resolved(one)), schema].reduce(merged));
    const all = (schemas: Schema[]) => schemas.map((one) => this.#closed(one));
    const { properties, additionalProperties, items, anyOf, oneOf } = schema;
    const members = Object.entries(properties ?? {}).map(([name, one]) => [name, this.#closed(one)]);
    return {
      ...schema,
      ...(properties !== undefined && {
        properties: Object.fromEntries(members),
        additionalProperties: additionalProperties ?? false,
      }),
      ...(typeof additionalProperties === "object" && {
        additionalProperties: this.#closed(additionalProperties),
      }),
      ...(items !== undefined && { items: this.#closed(items) }),
      ...(anyOf !== undefined && { anyOf: all(anyOf) }),
      ...(oneOf !== undefined && { oneOf: all(oneOf) }),
    };
  }

  #resolved(schema: Schema): Schema {
    if (schema.$ref !== undefined) return this.#resolved(this.#find(schema.$ref));
    const { allOf, ...rest } = schema;
    return allOf === undefined ? rest : [...allOf.map((one) => this.#resolved(one)), rest].reduce(merged);
  }

  #find(ref: string): Schema {
    const name = /^#\/components\/schemas\/(.+)$/.exec(ref)?.[1];
    const found = name === undefined ? undefined : this.#document.components?.schemas?.[name];
    if (found === undefined) throw new Error(`${ref} leads nowhere`);
    return found;
  }
}

const merged = (one: Schema, other: Schema): Schema => ({
  ...one,
  ...other,
  properties: { ...one.properties, ...other.properties },
  required: [...(one.required ?? []), ...(other.required ?? [])],
});
