import type { Outcome } from "../domain/delivery/outcome.ts";
import type { Context } from "../usecases/shared/context.ts";

/** The Slack methods that keep people and groups in sync. */
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

export type Directory = {
  context: Context;
  clientFor(organizationId: string): DirectoryClient;
  /** Returns what a failed call means for its item. Throws the error itself if it does not come from the Slack client. */
  faultOf(error: unknown): Outcome;
};

/** The gap between two pages, in milliseconds. Slack allows 20 calls of these methods per minute: https://docs.slack.dev/apis/web-api/rate-limits */
export const pauseMs = 3_100;
