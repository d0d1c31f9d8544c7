import type { Outcome } from "../domain/delivery/outcome.ts";
import type { Context } from "../usecases/shared/context.ts";

/** What of Slack's methods keeps people and groups in step. */
export type DirectoryClient = {
  users: {
    info(asked: { user: string }): Promise<{ user?: unknown }>;
    list(asked: { limit: number; cursor?: string }): Promise<{
      members?: unknown;
      response_metadata?: { next_cursor?: string | undefined } | undefined;
    }>;
  };
  usergroups: {
    users: { list(asked: { usergroup: string }): Promise<{ users?: string[] | undefined }> };
  };
};

/** What this folder is given. */
export type Directory = {
  context: Context;
  clientFor(organizationId: string): DirectoryClient;
  /** What a failed call means for the next try; throws what is not Slack's fault. */
  faultOf(error: unknown): Outcome;
};

/** users.list and usergroups.users.list may be called 20 times a minute: https://docs.slack.dev/apis/web-api/rate-limits */
export const pauseMs = 3_100;
