import { createRoute, z } from "@hono/zod-openapi";
import { mayUse } from "../../../domain/tokens/token.ts";
import { type AuditLine, isAuditEntry, listAudit } from "../../../queries/audit/list-audit.ts";
import { requireScope } from "../auth.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { Problem, valueOrThrow } from "../problems.ts";
import { momentSchema, problems, rateHeaders } from "../schemas.ts";

/** The longest range of one call, in days. */
const maxDays = 31;

/** How many entries are read and sent at a time. Between two pages no database connection is held. */
const pageSize = 500;

/** Typed as a string, because the types of a literal content type expect one JSON document. */
const jsonLines: string = "application/x-ndjson";

const auditRoute = createRoute({
  ...{ method: "get", path: "/audit", tags: ["Audit"], middleware: [requireScope("audit:read")] },
  summary: "Read the audit log of a time, as JSON lines",
  description:
    "One entry a line in the order of time: id, at, actor, surface, action, subject, before, after. People are in it by " +
    "their Slack ids. To go on where a connection broke off, send the id of the last entry as `after`. End the range a minute " +
    "ago: what happens at this moment may still be on its way into it.",
  request: {
    query: z.object({
      from: momentSchema.openapi({ description: "Included" }),
      to: momentSchema.openapi({ description: `Not included; ${maxDays} days after \`from\` at most` }),
      after: z.coerce
        .number()
        .pipe(z.int().min(0))
        .optional()
        .openapi({
          ...{ type: "integer", description: "The id of an entry: what follows it" },
        }),
    }),
  },
  responses: {
    200: {
      description: "The entries",
      headers: rateHeaders,
      content: { [jsonLines]: { schema: z.string() } },
    },
    ...problems(),
  },
});

/** R12: registers the export of the audit log. It covers all projects, so a token of a single project is refused. */
export function auditRoutes(api: Api, { context, log }: ApiDeps): void {
  api.openapi(auditRoute, async (c) => {
    const token = c.get("token");
    valueOrThrow(mayUse(token, "audit:read", null));
    const query = c.req.valid("query");
    const range = checkRange(new Date(query.from), new Date(query.to));
    const { organizationId } = token;
    if (query.after !== undefined && !(await isAuditEntry(context.db, organizationId, query.after))) {
      // Without this check the response would be empty, which looks like the end of the log.
      throw new Problem("validation", "query.after: is the id of no entry.");
    }
    const readPage = (after: number | null) => listAudit(context.db, organizationId, range, after, pageSize);
    // Read before the response starts, so that an error is still sent as a problem.
    const first = await readPage(query.after ?? null);
    const headers = { "content-type": jsonLines, "cache-control": "no-store" };
    return c.body(auditStream(first, readPage, log), 200, headers);
  });
}

function checkRange(from: Date, to: Date): { from: Date; to: Date } {
  const days = (to.getTime() - from.getTime()) / 86_400_000;
  if (days <= 0) throw new Problem("validation", "query.to: must be after from.");
  if (days > maxDays) {
    throw new Problem("validation", `query.to: must be ${maxDays} days after from at most.`);
  }
  return { from, to };
}

/** Returns a stream that reads a page when the client asks for it. A slow client holds no connection and little memory. */
function auditStream(
  first: AuditLine[],
  readPage: (after: number) => Promise<AuditLine[]>,
  log: ApiDeps["log"],
): ReadableStream<Uint8Array> {
  let readNext = () => Promise.resolve(first);
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const page = await readNext();
    const last = page.at(-1);
    if (last !== undefined) controller.enqueue(encode(page));
    if (last === undefined || page.length < pageSize) return controller.close();
    readNext = () => readPage(last.id);
  };
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        pull(controller).catch((error: unknown) => {
          log.error({ err: error }, "The export of the audit log broke off");
          // Ends the connection with an error, so that the client knows the export is incomplete.
          controller.error(error);
        }),
    },
    { highWaterMark: 0 },
  );
}

const encoder = new TextEncoder();

const encode = (page: readonly AuditLine[]): Uint8Array =>
  encoder.encode(page.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
