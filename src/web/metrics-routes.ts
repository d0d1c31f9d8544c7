import { Hono } from "hono";

export type MetricsPage = { read(): Promise<string>; contentType: string };

/** Returns the route `/metrics`. It names no person and no request, but should stay private: see docs/operations.md. */
export function metricsRoutes(page: MetricsPage): Hono {
  const routes = new Hono();
  routes.get("/metrics", async (c) => {
    const text = await page.read();
    return c.body(text, 200, { "content-type": page.contentType, "cache-control": "no-store" });
  });
  return routes;
}
