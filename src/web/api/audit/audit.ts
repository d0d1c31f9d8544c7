import { createRoute, z } from "@hono/zod-openapi";
import { mayUse } from "../../../domain/tokens/token.ts";
import { type AuditLine, isAuditEntry, listAudit } from "../../../queries/audit/list-audit.ts";
import type { Api, ApiDeps } from "../api.ts";
import { requires } from "../auth.ts";
import { orThrow, Problem } from "../problems.ts";
import { momentSchema, problems, rateHeaders } from "../schemas.ts";

const longestDays = 31;

/** How many entries are read and sent at a time; between two of them no connection is held. */
const pageSize = 500;

/** Not as a literal: the types know no JSON but the one in one piece. */
const jsonLines: string = "application/x-ndjson";

const auditRoute = createRoute({
  ...{ method: "get", path: "/audit", tags: ["Audit"], middleware: [requires("audit:read")] },
  summary: "Read the audit log of a time, as JSON lines",
  description:
    "One entry a line in the order of time: id, at, actor, surface, action, subject, before, after. People are in it by " +
    "their Slack ids. To go on where a connection broke off, send the id of the last entry as `after`. End the range a minute " +
    "ago: what happens at this moment may still be on its way into it.",
  request: {
    query: z.object({
      from: momentSchema.openapi({ description: "Included" }),
      to: momentSchema.openapi({ description: `Not included; ${longestDays} days after \`from\` at most` }),
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

/** R12: the audit log, for whoever keeps it elsewhere. Settings are of no one project: a token of one is refused. */
export function auditRoutes(api: Api, { context, log }: ApiDeps): void {
  api.openapi(auditRoute, async (c) => {
    const token = c.get("token");
    orThrow(mayUse(token, "audit:read", null));
    const query = c.req.valid("query");
    const range = checkRange(new Date(query.from), new Date(query.to));
    const { organizationId } = token;
    if (query.after !== undefined && !(await isAuditEntry(context.db, organizationId, query.after))) {
      // Nothing follows what is not there: an empty answer would be taken for the end.
      throw new Problem("validation", "query.after: is the id of no entry.");
    }
    const readPage = (after: number | null) => listAudit(context.db, organizationId, range, after, pageSize);
    // Before the answer begins: what goes wrong here is still told as a problem.
    const first = await readPage(query.after ?? null);
    const headers = { "content-type": jsonLines, "cache-control": "no-store" };
    return c.body(lines(first, readPage, log), 200, headers);
  });
}

function checkRange(from: Date, to: Date): { from: Date; to: Date } {
  const days = (to.getTime() - from.getTime()) / 86_400_000;
  if (days <= 0) throw new Problem("validation", "query.to: must be after from.");
  if (days > longestDays) {
    throw new Problem("validation", `query.to: must be ${longestDays} days after from at most.`);
  }
  return { from, to };
}

/** A page is read when somebody takes it: a slow reader holds no connection, and little memory. */
function lines(
  first: AuditLine[],
  readPage: (after: number) => Promise<AuditLine[]>,
  log: ApiDeps["log"],
): ReadableStream<Uint8Array> {
  let next = () => Promise.resolve(first);
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const page = await next();
    const last = page.at(-1);
    if (last !== undefined) controller.enqueue(encode(page));
    if (last === undefined || page.length < pageSize) return controller.close();
    next = () => readPage(last.id);
  };
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        pull(controller).catch((error: unknown) => {
          log.error({ err: error }, "The audit log could not be read to its end");
          // The connection breaks off: nobody takes what came for the whole.
          controller.error(error);
        }),
    },
    { highWaterMark: 0 },
  );
}

const encoder = new TextEncoder();

const encode = (page: readonly AuditLine[]): Uint8Array =>
  encoder.encode(page.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
