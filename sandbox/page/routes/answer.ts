import type { Context } from "hono";
import { z } from "zod";
import { type PageHouse, somebody } from "./page-deps.ts";

/** Reads what a page asks for, does it, and answers with JSON: `{ ok, error?, … }`. */
export async function answer<Body>(
  c: Context,
  standIn: PageHouse,
  schema: z.ZodType<Body>,
  act: (userId: string, body: Body) => Promise<object>,
): Promise<Response> {
  const person = somebody(standIn, c.req.param("user") ?? "");
  if (person === undefined) return c.json({ ok: false, error: "nobody is called that" }, 404);
  // A form of another site cannot send this type, so a page elsewhere cannot act here.
  if (!c.req.header("content-type")?.startsWith("application/json")) {
    return c.json({ ok: false, error: "send JSON" }, 415);
  }
  const body = schema.safeParse(await c.req.json().catch(() => undefined));
  if (!body.success) return c.json({ ok: false, error: z.prettifyError(body.error) }, 400);
  try {
    return c.json(await act(person.id, body.data));
  } catch (error) {
    // The stand-in throws for what nobody could do in Slack, such as a button that has just gone.
    return c.json({ ok: false, error: error instanceof Error ? error.message : String(error) }, 409);
  }
}
