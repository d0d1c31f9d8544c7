import type { HomeView, ModalView } from "@slack/types";
import type { Log } from "../../lib/log.ts";
import type { FaultReason } from "../../metrics/metrics.ts";
import type { NoAccess } from "../../queries/people/get-access.ts";
import type { WebhookDeps } from "../../usecases/deployments/webhook-setting.ts";
import type { Context } from "../../usecases/shared/context.ts";
import type { ChannelCheck } from "../client/check-channel.ts";
import type { Group } from "../client/list-groups.ts";

/** What the webhook settings of an integration need. */
export type WebhookSettings = WebhookDeps & {
  /** Sends a test to the saved address and returns how it went, in words. Takes seconds. */
  test(organizationId: string, integrationId: string): Promise<{ ok: boolean; words: string }>;
};

/**
 * Who asks whether the person is an active full member: `here`, before the work, or `work`, which reads it anyway and shows
 * nothing to anybody else.
 */
export type AccessCheck = "here" | "work";

/** What the listeners depend on. */
export type SlackDeps = {
  context: Context;
  /**
   * Fetches the acting member from Slack if they are unknown or outdated; see directory/know-member.ts. If `check` is
   * `here`, returns why they see nothing of this workspace, if they don't.
   */
  knowMember(
    organizationId: string,
    userId: string,
    check?: AccessCheck,
  ): Promise<NoAccess | null | undefined>;
  viewsFor(organizationId: string): Views;
  /** The views of the installed workspace, for people who act from another one. */
  ownViews: Views;
  /** Asks Slack whether review cards can be posted to a channel. */
  checkChannel(organizationId: string, channelId: string): Promise<ChannelCheck>;
  /** Returns the workspace's user groups. Rejects if Slack does not answer. */
  listGroups(organizationId: string): Promise<Group[]>;
  /** Gives a role that is bound to a user group the members of that group. Rejects if Slack does not answer. */
  syncRole(organizationId: string, roleId: string): Promise<void>;
  /** The public URL of this process, without a slash at its end. */
  publicUrl: string;
  webhooks: WebhookSettings;
  /** Counts a fault that a person was told. */
  faulted(reason: FaultReason): void;
  log: Pick<Log, "warn" | "error">;
  /** How long a listener may take before the person is told that it could not confirm, in milliseconds; under 3,000. */
  answerWithinMs: number;
};

/** Thrown when the App Home no longer shows what the given hash names: somebody else has drawn it. */
export class HomeChanged extends Error {}

/** The `views.*` methods of one workspace. Each rejects if Slack refuses or takes long. */
export type Views = {
  /** Opens a modal and returns its view id. */
  open(triggerId: string, view: ModalView): Promise<string>;
  push(triggerId: string, view: ModalView): Promise<void>;
  /** @param hash if given, the view is updated only if it still has this hash */
  update(viewId: string, hash: string | undefined, view: ModalView): Promise<void>;
  /**
   * Draws somebody's App Home and returns the hash of what it shows.
   *
   * @param hash if given and outdated, `HomeChanged` is thrown
   */
  publish(userId: string, view: HomeView, hash: string | null): Promise<string | null>;
};
