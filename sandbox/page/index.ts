import { readFileSync } from "node:fs";
import { Hono } from "hono";
import { notFoundPage } from "./render/render-page.tsx";
import { actionRoutes } from "./routes/actions.ts";
import { adminRoutes } from "./routes/admin-actions.ts";
import { ciRoutes } from "./routes/ci-actions.ts";
import { readOffers } from "./routes/commands.ts";
import { Feed } from "./routes/feed.ts";
import type { PageDeps } from "./routes/page-deps.ts";
import { pageRoutes } from "./routes/pages.ts";
import { Reads } from "./routes/reads.ts";
import type { PageOptions } from "./routes/types.ts";

/** Emails bring their own styles and images, but only this server's scripts may run. */
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src * data:; font-src * data:; object-src 'none'; frame-ancestors 'none'; form-action 'self'";

const types = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" };

/**
 * Creates the sandbox's page: a small Slack-like workspace in the browser, with a window and an inbox for
 * each person. Serve its `fetch` on a separate port, and set the stand-in's `publicUrl` to that address.
 * @throws if the manifest cannot be read
 */
export function createPage(options: PageOptions): Hono {
  const { slack, inbox, people } = options;
  const manifest = options.manifest ?? new URL("../../manifest.yml", import.meta.url);
  const deps: PageDeps = {
    slack,
    inbox,
    people,
    ...readOffers(manifest),
    feed: new Feed(slack, inbox),
    reads: new Reads(slack),
    ...(options.ci && { ci: options.ci }),
  };
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header("content-security-policy", policy);
    c.header("cache-control", "no-store");
  });
  app.get("/page/:file{[a-z-]+\\.(js|css)}", (c) => {
    const file = c.req.param("file");
    const text = readBrowserFile(file);
    return text === undefined
      ? c.notFound()
      : c.body(text, 200, { "content-type": types[file.endsWith("js") ? "js" : "css"] });
  });
  app.notFound((c) => c.html(notFoundPage(), 404));
  app.route("/", actionRoutes(deps));
  app.route("/", adminRoutes(deps));
  if (deps.ci !== undefined) {
    app.route("/", ciRoutes(deps, deps.ci));
    deps.ci.onChange(() => deps.feed.changed(["ci"]));
  }
  app.route("/", pageRoutes(deps));
  return app;
}

/** Reads the files for each request, so that a reload shows edits. */
function readBrowserFile(name: string): string | undefined {
  try {
    return readFileSync(new URL(`./browser/${name}`, import.meta.url), "utf8");
  } catch {
    return undefined;
  }
}
