import type { Context } from "hono";
import { z } from "zod";
import { findPerson, type PageDeps } from "./page-deps.ts";

/** Parses a page's request, runs the action, and returns JSON: `{ ok, error?, … }`. */
export async function answer<Body>(
  c: Context,
  deps: PageDeps,
  schema: z.ZodType<Body>,
  act: (userId: string, body: Body) => Promise<object>,
): Promise<Response> {
  const person = findPerson(deps, c.req.param("user") ?? "");
  if (person === undefined) return c.json({ ok: false, error: "nobody is called that" }, 404);
  // A form on another site cannot send this content type, so other sites cannot act here.
  if (!c.req.header("content-type")?.startsWith("application/json")) {
    return c.json({ ok: false, error: "send JSON" }, 415);
  }
  const body = schema.safeParse(await c.req.json().catch(() => undefined));
  if (!body.success) return c.json({ ok: false, error: z.prettifyError(body.error) }, 400);
  try {
    return c.json(await act(person.id, body.data));
  } catch (error) {
    // The stand-in throws for actions that are impossible in Slack, such as pressing a button that was just
    // removed.
    return c.json({ ok: false, error: error instanceof Error ? error.message : String(error) }, 409);
  }
}
