import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Feed, Part } from "./feed.ts";

/** In milliseconds. Changes within this time are sent as one. */
const batchMs = 25;
const keepAliveMs = 20_000;

/** Identifies this run of the sandbox. A page of an earlier run reloads itself. */
const run = crypto.randomUUID();

/** The event stream of one person's page: the names of the parts that changed. */
export function events(c: Context, feed: Feed, userId: string): Response {
  return streamSSE(c, async (stream) => {
    const waiting = new Set<Part>();
    let wake = () => {};
    let isOpen = true;
    const stop = feed.subscribe(userId, (parts) => {
      for (const part of parts) waiting.add(part);
      wake();
    });
    stream.onAbort(() => {
      isOpen = false;
      stop();
      wake();
    });
    // A keep-alive, which also detects pages that disappeared without closing the connection.
    const keepAlive = setInterval(
      () => void stream.writeSSE({ event: "alive", data: "" }),
      keepAliveMs,
    ).unref();
    await stream.writeSSE({ event: "hello", data: run, retry: 1000 });
    while (isOpen) {
      if (waiting.size === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      await stream.sleep(batchMs);
      const parts = [...waiting];
      waiting.clear();
      if (isOpen && parts.length > 0) await stream.writeSSE({ event: "change", data: parts.join(" ") });
    }
    clearInterval(keepAlive);
  });
}
