import { createRoute, z } from "@hono/zod-openapi";
import { nameLimits } from "../../../domain/catalog/catalog.ts";
import { cleanName } from "../../../domain/shared/clean-text.ts";
import { type BuildCursor, type ListedBuild, listBuilds } from "../../../queries/deployments/list-builds.ts";
import { type NewBuild, registerBuild } from "../../../usecases/deployments/register-build.ts";
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
  pageOf,
  pageQuery,
  problems,
  replayHeaders,
  textSchema,
  withBody,
} from "../schemas.ts";

const maxCommits = 100;
const maxCommitMessage = 5000;

/** Text that may be absent, null, or empty, which all mean none. */
const optionalText = (max: number) => textSchema(max, 0).nullish();

const commitBody = z.strictObject({
  hash: textSchema(nameLimits.commit),
  message: textSchema(maxCommitMessage, 0),
  author: optionalText(nameLimits.name),
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
    author: optionalText(nameLimits.name),
    commits: z
      .array(commitBody)
      .max(maxCommits, `takes ${maxCommits} commits at most: send the newest ones`)
      .nullish()
      .openapi({ description: "What went into it since the build before, newest first" }),
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
    createdAt: momentSchema,
  })
  .openapi("ListedBuild");

const build = listedBuild.extend({ commits: z.array(commit).nullable() }).openapi("Build");

const path = "/projects/{project}/integrations/{integration}/builds";
const tags = ["Builds"];

const postRoute = createRoute({
  ...{ method: "post", path, tags, middleware: [requireScope("builds:write")] },
  summary: "Register a build",
  description: "The same again is answered 200. A build never changes: another one under its id is refused.",
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
    const { created, build } = valueOrThrow(
      await registerBuild(context, { token, integrationId, build: newBuild }),
    );
    const { externalId: id, commits } = build;
    return c.json({ ...buildJson({ ...build, id }), commits }, created ? 201 : 200);
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
  const { id, version, commit, digest, link, author, commits } = body;
  return {
    ...{ id, version, commit: commit || null, digest: digest || null },
    ...{ link: link ?? null, author: author || null },
    commits:
      commits?.map(({ hash, message, ...rest }) => ({
        ...{ hash, message, author: rest.author || null, link: rest.link ?? null },
      })) ?? null,
  };
}

function buildJson({ id, version, commit, digest, link, author, createdAt }: ListedBuild) {
  return { id, version, commit, digest, link, author, createdAt: createdAt.toISOString() };
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
