import type { HomeView, ModalView } from "@slack/types";
import type { Log } from "../../lib/log.ts";
import type { FaultReason } from "../../metrics/metrics.ts";
import type { WebhookDeps } from "../../usecases/deployments/save-webhook.ts";
import type { Context } from "../../usecases/shared/context.ts";
import type { ChannelCheck } from "../client/check-channel.ts";
import type { Group } from "../client/list-groups.ts";

/** What Settings need of the outside for an integration's webhook. */
export type WebhookSettings = WebhookDeps & {
  /** Sends a test to the address that is saved, and says what came of it. Takes seconds. */
  test(organizationId: string, integrationId: string): Promise<{ ok: boolean; words: string }>;
};

/** What the listeners are given. */
export type SlackDeps = {
  context: Context;
  /** Makes sure that we know who acts; see directory/. */
  knowMember(organizationId: string, userId: string): Promise<void>;
  viewsFor(organizationId: string): Views;
  /** Whether review cards can go to a channel; asked of Slack. */
  checkChannel(organizationId: string, channelId: string): Promise<ChannelCheck>;
  /** The workspace's user groups; rejects where Slack does not answer. */
  listGroups(organizationId: string): Promise<Group[]>;
  /** Brings a role that is bound to a user group in step with it; rejects where Slack does not answer. */
  syncRole(organizationId: string, roleId: string): Promise<void>;
  /** Where this process is reached from outside; no slash at its end. */
  publicUrl: string;
  webhooks: WebhookSettings;
  /** Counts that somebody was told that something went wrong. */
  faulted(reason: FaultReason): void;
  log: Pick<Log, "warn" | "error">;
  /** How long a listener may take before it says that it could not confirm, in milliseconds; inside Slack's 3 s. */
  answerWithinMs: number;
};

/** The Home shows something else by now than what its hash names: it has been drawn by somebody else. */
export class HomeMoved extends Error {}

/** `views.*` of one workspace. Each rejects where Slack refuses or is slow: nobody waits for a dialog. */
export type Views = {
  open(triggerId: string, view: ModalView): Promise<void>;
  /** Opens a modal that is drawn anew once what it shows has been read, and gives its id. */
  begin(triggerId: string, view: ModalView): Promise<string>;
  push(triggerId: string, view: ModalView): Promise<void>;
  update(viewId: string, hash: string | undefined, view: ModalView): Promise<void>;
  /**
   * Draws somebody's App Home and gives the hash of what it shows now.
   *
   * @param hash where it is given and the Home shows something else: `HomeMoved` is thrown
   */
  publish(userId: string, view: HomeView, hash: string | null): Promise<string | null>;
};
