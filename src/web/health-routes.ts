import { Hono } from "hono";
import { timedOut, withTimeout } from "../lib/timeout.ts";

/** How long a probe may take, in milliseconds. */
const probeTimeoutMs = 1_000;

export type Health = {
  /** What the process depends on, by name: `{ database: () => … }`. A probe that rejects has failed. */
  probes: Readonly<Record<string, () => Promise<unknown>>>;
  /** Returns false until the start is complete, and once the process is stopping. */
  isReady: () => boolean;
};

/**
 * Returns the health checks. `/healthz`: the process is alive. `/readyz`: it can serve requests, or 503 with the names of
 * the failing probes.
 */
export function healthRoutes({ probes, isReady }: Health): Hono {
  const routes = new Hono();
  routes.get("/healthz", (c) => c.json({ status: "alive" }, 200, { "cache-control": "no-store" }));
  routes.get("/readyz", async (c) => {
    const results = await Promise.all(
      Object.entries(probes).map(async ([name, probe]) => ({ name, fault: await faultOf(probe) })),
    );
    const failing: Record<string, string> = isReady() ? {} : { process: "starting or stopping" };
    for (const { name, fault } of results) if (fault) failing[name] = fault;
    const ready = Object.keys(failing).length === 0;
    const body = ready ? { status: "ready" } : { status: "not ready", failing };
    return c.json(body, ready ? 200 : 503, { "cache-control": "no-store" });
  });
  return routes;
}

/** Returns what is wrong, without the error's message, because this page is public. */
async function faultOf(probe: () => Promise<unknown>): Promise<string | undefined> {
  try {
    const answer = await withTimeout(probe(), probeTimeoutMs);
    return answer === timedOut ? `no answer within ${probeTimeoutMs / 1000} s` : undefined;
  } catch {
    return "failed";
  }
}
