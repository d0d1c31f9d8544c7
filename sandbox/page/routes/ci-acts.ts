import { Hono } from "hono";
import { z } from "zod";
import { behaviours } from "../../ci/far-end.ts";
import type { Ci } from "../../ci/index.ts";
import { answer } from "./answer.ts";
import { type PageHouse, somebody } from "./page-deps.ts";

const short = z.string().trim().min(1).max(100);
const place = z.string().max(200);

const buildBody = z.object({ place, version: short, message: z.string().trim().min(1).max(500) });
const deployBody = z.object({ place, build: z.string().max(200), environment: short });
const behaveBody = z.object({ behaviour: z.enum(behaviours) });
const reasonBody = z.object({ reason: z.string().trim().min(1).max(300) });
const finishBody = z.object({ id: z.string().max(200), end: z.enum(["succeeded", "failed"]) });
const secretBody = z.object({
  secret: z.string().trim().startsWith("whsec_", "it begins with whsec_").max(200),
});

/**
 * What the pipeline and the webhook receiver do on the page's CI panel. Each route takes JSON, like those of
 * acts.ts.
 */
export function ciActs(standIn: PageHouse, ci: Ci): Hono {
  const { provider } = ci;
  const app = new Hono();
  const on = <Body>(
    name: string,
    schema: z.ZodType<Body>,
    act: (body: Body, userId: string) => Promise<void> | void,
  ) =>
    app.post(`/as/:user/ci/${name}`, (c) =>
      answer(c, standIn, schema, async (userId, body) => {
        await act(body, userId);
        ci.changed();
        return { ok: true };
      }),
    );
  on("build", buildBody, ({ place, version, message }, userId) => {
    const author = somebody(standIn, userId)?.realName ?? "Somebody";
    return ci.build(place, { version, message, author });
  });
  on("deploy", deployBody, ({ place, build, environment }) => ci.deploy(place, build, environment));
  on("behave", behaveBody, ({ behaviour }) => {
    provider.behaviour = behaviour;
  });
  on("reason", reasonBody, ({ reason }) => {
    provider.reason = reason;
  });
  on("finish", finishBody, ({ id, end }) => {
    if (!provider.finish(id, end)) throw new Error("it has ended already");
  });
  on("secret", secretBody, ({ secret }) => provider.trust(secret));
  return app;
}
