import { Hono } from "hono";
import { timedOut, withTimeout } from "../lib/timeout.ts";

/** How long a probe may take, in milliseconds. */
const probeLimit = 1_000;

export type Health = {
  /** What must answer for the process to be of use, by name: `{ database: () => … }`. A probe that rejects has failed. */
  probes: Readonly<Record<string, () => Promise<unknown>>>;
  /** False before the start is complete, and from the stop on. */
  isReady: () => boolean;
};

/** `/healthz`: the process lives. `/readyz`: it can be sent requests, or 503 with the names of what fails. */
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

/** Without the error's own words: this page is open to everybody. */
async function faultOf(probe: () => Promise<unknown>): Promise<string | undefined> {
  try {
    const answer = await withTimeout(probe(), probeLimit);
    return answer === timedOut ? `no answer within ${probeLimit / 1000} s` : undefined;
  } catch {
    return "failed";
  }
}
