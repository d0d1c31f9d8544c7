import { Hono } from "hono";
import { z } from "zod";
import type { Ci } from "../../ci/index.ts";
import { behaviors } from "../../ci/receiver.ts";
import { answer } from "./answer.ts";
import { findPerson, type PageDeps } from "./page-deps.ts";

const shortText = z.string().trim().min(1).max(100);
const integration = z.string().max(200);

const buildBody = z.object({ integration, version: shortText, message: z.string().trim().min(1).max(500) });
const deployBody = z.object({ integration, build: z.string().max(200), environment: shortText });
const behaviorBody = z.object({ behavior: z.enum(behaviors) });
const reasonBody = z.object({ reason: z.string().trim().min(1).max(300) });
const finishBody = z.object({ id: z.string().max(200), end: z.enum(["succeeded", "failed"]) });
const secretBody = z.object({
  secret: z.string().trim().startsWith("whsec_", "it begins with whsec_").max(200),
});

/**
 * What the pipeline and the webhook receiver do on the page's CI panel. Each route takes JSON, like those of
 * actions.ts.
 */
export function ciRoutes(deps: PageDeps, ci: Ci): Hono {
  const { receiver } = ci;
  const app = new Hono();
  const on = <Body>(
    name: string,
    schema: z.ZodType<Body>,
    act: (body: Body, userId: string) => Promise<void> | void,
  ) =>
    app.post(`/as/:user/ci/${name}`, (c) =>
      answer(c, deps, schema, async (userId, body) => {
        await act(body, userId);
        ci.changed();
        return { ok: true };
      }),
    );
  on("build", buildBody, ({ integration, version, message }, userId) => {
    const author = findPerson(deps, userId)?.realName ?? "Somebody";
    return ci.build(integration, { version, message, author });
  });
  on("deploy", deployBody, ({ integration, build, environment }) =>
    ci.deploy(integration, build, environment),
  );
  on("behave", behaviorBody, ({ behavior }) => {
    receiver.behavior = behavior;
  });
  on("reason", reasonBody, ({ reason }) => {
    receiver.reason = reason;
  });
  on("finish", finishBody, ({ id, end }) => {
    if (!receiver.finish(id, end)) throw new Error("it has ended already");
  });
  on("secret", secretBody, ({ secret }) => receiver.trust(secret));
  return app;
}
