import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { buildLimits } from "../../domain/deployments/build-notes.ts";
import type { ApiEnv } from "./auth.ts";
import { Problem } from "./problems.ts";

const mebibyte = 1024 * 1024;

/** The largest body of a call that registers a build, and of any other call, in MB of 1,048,576 bytes. */
export const bodyLimits = { build: 5, other: 1 } as const;

/** The path that registers builds. Their lists of commits can be long, and a build is not refused because of them. */
const buildsPath = /\/projects\/[^/]+\/integrations\/[^/]+\/builds$/;

/** Returns middleware that refuses a body that is too large with `body-too-large`. */
export function limitBody(): MiddlewareHandler<ApiEnv> {
  const limitBuild = refuseLarger(
    bodyLimits.build,
    `The body that registers a build can have ${bodyLimits.build} MB. Send fewer commits: Signoff stores the first ${buildLimits.commits}.`,
  );
  const limitOther = refuseLarger(
    bodyLimits.other,
    `The body of this call can have ${bodyLimits.other} MB. Send less.`,
  );
  return (c, next) => (buildsPath.test(c.req.path) ? limitBuild(c, next) : limitOther(c, next));
}

const refuseLarger = (megabytes: number, detail: string): MiddlewareHandler<ApiEnv> =>
  bodyLimit({
    maxSize: megabytes * mebibyte,
    onError: () => {
      throw new Problem("body-too-large", detail);
    },
  });
