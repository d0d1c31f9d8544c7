import { createRoute, z } from "@hono/zod-openapi";
import { nameLimits } from "../../../domain/catalog/catalog.ts";
import { buildLimits } from "../../../domain/deployments/build-notes.ts";
import { cleanName } from "../../../domain/shared/clean-text.ts";
import { stripUnstorable } from "../../../domain/shared/storable-text.ts";
import { type BuildCursor, type ListedBuild, listBuilds } from "../../../queries/deployments/list-builds.ts";
import { registerBuild } from "../../../usecases/deployments/register-build.ts";
import type { NewBuild } from "../../../usecases/deployments/store-build.ts";
import { requireScope } from "../auth.ts";
import { resolveIntegration } from "../catalog/resolve-integration.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { Problem, valueOrThrow } from "../problems.ts";
import {
  callerIdSchema,
  idempotencyHeaders,
  integrationParams,
  jsonAnswer,
  jsonBody,
  linkSchema,
  momentSchema,
  notesSchema,
  pageOf,
  pageQuery,
  problems,
  replayHeaders,
  reportedTimeSchema,
  textSchema,
  withBody,
} from "../schemas.ts";

/** Text that may be absent, null, or empty, which all mean none. */
const optionalText = (max: number) => textSchema(max, 0).nullish();

/** Text of any length, which is cut to what is stored. */
const cutText = (limit: number, min = 0) =>
  z
    .string()
    .transform(stripUnstorable)
    .pipe(z.string().trim().min(min))
    .openapi({ type: "string", description: `Cut to ${limit} characters` });

const commitBody = z.strictObject({
  hash: cutText(buildLimits.hash, 1),
  message: cutText(buildLimits.message),
  author: cutText(buildLimits.author).nullish(),
  link: linkSchema.nullish(),
});

const buildBody = z
  .strictObject({
    id: callerIdSchema.openapi({
      description: "Its id where it was built: the same again is the same build",
    }),
    version: textSchema(nameLimits.version)
      .overwrite(cleanName)
      .min(1, "shows nothing")
      .openapi({ example: "1.4.2" }),
    commit: optionalText(nameLimits.commit),
    digest: optionalText(200),
    link: linkSchema.nullish(),
    author: cutText(buildLimits.author).nullish(),
    builtAt: reportedTimeSchema.nullish().openapi({ description: "When it was built; without it, now" }),
    commits: z
      .array(commitBody)
      .nullish()
      .openapi({
        description: `What went into it since the build before, newest first. The first ${buildLimits.commits} are stored`,
      }),
  })
  .openapi("NewBuild");

const commit = z.object({
  hash: z.string(),
  message: z.string(),
  author: z.string().nullable(),
  link: z.string().nullable(),
});

const listedBuild = z
  .object({
    id: z.string(),
    version: z.string(),
    commit: z.string().nullable(),
    digest: z.string().nullable(),
    link: z.string().nullable(),
    author: z.string().nullable(),
    builtAt: momentSchema.openapi({ description: "When it was built, which orders builds" }),
    createdAt: momentSchema.openapi({ description: "When it was registered" }),
  })
  .openapi("ListedBuild");

const build = listedBuild
  .extend({ commits: z.array(commit).nullable(), notes: notesSchema })
  .openapi("Build");

const path = "/projects/{project}/integrations/{integration}/builds";
const tags = ["Builds"];

const postRoute = createRoute({
  ...{ method: "post", path, tags, middleware: [requireScope("builds:write")] },
  summary: "Register a build",
  description:
    "The same again is answered 200. A build never changes: one with another version, commit, or digest under its id is " +
    "refused. Everything else stays as it was registered first, and notes says what differs.",
  request: { params: integrationParams, headers: idempotencyHeaders, body: jsonBody(buildBody) },
  responses: {
    200: jsonAnswer(build, "It is registered already", replayHeaders),
    201: jsonAnswer(build, "It is registered now", replayHeaders),
    ...problems(...withBody),
  },
});

const listRoute = createRoute({
  ...{ method: "get", path, tags },
  summary: "List an integration's builds, the newest first, without their commits",
  request: { params: integrationParams, query: pageQuery },
  responses: { 200: jsonAnswer(pageOf(listedBuild).openapi("BuildPage"), "A page of builds"), ...problems() },
});

/** Registers the routes of builds. Every token lists them; registering needs `builds:write`. */
export function buildRoutes(api: Api, { context }: ApiDeps): void {
  api.openapi(postRoute, async (c) => {
    const token = c.get("token");
    const integrationId = await resolveIntegration(context, token, c.req.valid("param"), "write");
    const newBuild = toNewBuild(c.req.valid("json"));
    const { created, build, notes } = valueOrThrow(
      await registerBuild(context, { token, integrationId, build: newBuild }),
    );
    const { externalId: id, commits } = build;
    return c.json({ ...buildJson({ ...build, id }), commits, notes }, created ? 201 : 200);
  });

  api.openapi(listRoute, async (c) => {
    const token = c.get("token");
    const integrationId = await resolveIntegration(context, token, c.req.valid("param"), "read");
    const { after, limit } = c.req.valid("query");
    const page = { after: after === undefined ? null : readCursor(after), limit };
    const { items, next } = await listBuilds(context.db, token.organizationId, integrationId, page);
    return c.json({ items: items.map(buildJson), next: next && formatCursor(next) }, 200);
  });
}

function toNewBuild(body: z.output<typeof buildBody>): NewBuild {
  const { id, version, commit, digest, link, author, builtAt, commits } = body;
  return {
    // An empty text says that there is none, as null does. What is left out says nothing.
    ...{ id, version, commit: commit === "" ? null : commit, digest: digest === "" ? null : digest },
    ...{ link: link ?? null, author: author || null, builtAt: builtAt ?? null },
    commits:
      commits?.map(({ hash, message, ...rest }) => ({
        ...{ hash, message, author: rest.author || null, link: rest.link ?? null },
      })) ?? null,
  };
}

function buildJson({ id, version, commit, digest, link, author, ...times }: ListedBuild) {
  const builtAt = times.createdAt.toISOString();
  const createdAt = times.registeredAt?.toISOString() ?? builtAt;
  return { id, version, commit, digest, link, author, builtAt, createdAt };
}

const formatCursor = ({ createdAt, id }: BuildCursor): string => `${createdAt.getTime()}.${id}`;

/** The end of the year 9999, in milliseconds since 1970. */
const latestTime = 253_402_300_799_999;

const cursor = z.tuple([z.coerce.number().int().nonnegative().max(latestTime), z.uuid()]);

function readCursor(text: string): BuildCursor {
  const parsed = cursor.safeParse(text.split("."));
  if (!parsed.success) throw new Problem("validation", "query.after: is not the next of a page before.");
  const [at, id] = parsed.data;
  return { createdAt: new Date(at), id };
}
