import { setTimeout as sleep } from "node:timers/promises";
import { WebAPIRateLimitedError } from "@slack/web-api";
import { findByEmail } from "../directory/find-by-email.ts";
import { addressFault } from "../lib/public-address.ts";
import { createSecrets } from "../lib/secrets.ts";
import type { SeedDeps } from "../seed/load-seed-file.ts";
import type { SlackClients } from "../slack/client/clients.ts";
import { findChannel } from "../slack/client/find-channel.ts";
import { listGroups } from "../slack/client/list-groups.ts";
import type { Context } from "../usecases/shared/context.ts";

type SeedSettings = {
  /** SIGNOFF_SECRET. Without it, a file cannot create webhooks. */
  secret?: string | undefined;
  allowPrivateWebhooks?: boolean;
};

/** Returns what loading a seed file needs. Calls that Slack's rate limit refuses are repeated: nobody waits for a click. */
export function seedDeps(
  context: Context,
  { people, directory }: Pick<SlackClients, "people" | "directory">,
  { secret, allowPrivateWebhooks = false }: SeedSettings = {},
): SeedDeps {
  return {
    context,
    findByEmail: (email) => patiently(() => findByEmail(people, email)),
    listGroups: () => patiently(() => listGroups(directory)),
    findChannel: (idOrName) => patiently(() => findChannel(directory, idOrName)),
    webhooks:
      secret === undefined
        ? undefined
        : {
            seal: createSecrets(secret).seal,
            addressFault: (url) => addressFault(url, allowPrivateWebhooks),
          },
  };
}

/** Repeats a call after the time that Slack asks for: https://docs.slack.dev/apis/web-api/rate-limits */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof WebAPIRateLimitedError)) throw error;
      await sleep(error.retryAfter * 1_000);
    }
  }
}
