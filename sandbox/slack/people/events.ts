import { userObject } from "../api/users.ts";
import type { Manifest } from "../manifest.ts";
import type { Deliver } from "../stand-in.ts";
import type { BotAnswer, EventRetry, Json, WorkspaceEvent } from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { eventEnvelope, groupObject } from "./payloads.ts";

/**
 * The waits before Slack sends an event again: none, one minute, five minutes. Source:
 * https://docs.slack.dev/apis/events-api#retries
 */
const slackRetriesMs = [0, 60_000, 300_000];
const maxEntries = 1000;
/**
 * Slack lists at most this many users in subteam_updated. Source:
 * https://docs.slack.dev/reference/events/subteam_updated
 */
const maxGroupUsers = 500;

const reasons: Record<string, string> = { operation_timeout: "http_timeout", dispatch_failed: "http_error" };

/** Returns why Slack sends the event again after this response. Undefined if the bot accepted it. */
const reasonOf = ({ error, status }: BotAnswer): string | undefined => {
  if (error === undefined) return undefined;
  return error === "dispatch_failed" && status === 0
    ? "connection_failed"
    : (reasons[error] ?? "unknown_error");
};

type Deps = { workspace: Workspace; manifest: Manifest; deliver: Deliver };

/** Sends the events of the workspace's changes that the manifest subscribes to. */
export class EventSender {
  /** The events sent to the bot, newest last. */
  readonly sent: Json[] = [];
  readonly #deps: Deps;
  readonly #retriesMs: number[];
  readonly #underWay = new Set<Promise<unknown>>();
  /** First attempts are sent one at a time, so that the bot receives events in order. */
  #last: Promise<unknown> = Promise.resolve();
  #isStopped = false;
  readonly #waiting = new Set<NodeJS.Timeout>();

  constructor(deps: Deps, retriesMs = slackRetriesMs) {
    this.#deps = deps;
    this.#retriesMs = retriesMs;
    deps.workspace.onEvent((change) => {
      if (!deps.manifest.events.includes(change.type)) return;
      const { workspace } = deps;
      // The payload describes the present, even if it is sent again later.
      const event = structuredClone({ ...this.#payload(change), event_ts: workspace.nextTs() });
      this.#send(eventEnvelope(workspace, event));
    });
  }

  #payload(change: WorkspaceEvent): Json {
    const { workspace } = this.#deps;
    if (change.type === "user_change" || change.type === "team_join") {
      const person = workspace.person(change.userId);
      const cache_ts = Math.floor(workspace.now() / 1000);
      return { type: change.type, user: person && userObject(this.#deps, person), cache_ts };
    }
    const group = workspace.groups.get(change.groupId);
    if (group === undefined) throw new Error(`there is no group ${change.groupId}`);
    if (change.type === "subteam_members_changed") {
      const { type, added, removed, before } = change;
      return {
        type,
        subteam_id: group.id,
        team_id: workspace.team.id,
        date_previous_update: before,
        date_update: group.updated,
        added_users: added,
        added_users_count: String(added.length),
        removed_users: removed,
        removed_users_count: String(removed.length),
      };
    }
    const users = group.users.slice(0, maxGroupUsers);
    return { type: change.type, subteam: { ...groupObject(workspace, group, false), users } };
  }

  /** Sends an event once and records it. */
  async once(envelope: Json, retry?: EventRetry): Promise<BotAnswer> {
    if (!this.sent.includes(envelope)) this.sent.push(envelope);
    if (this.sent.length > maxEntries) this.sent.shift();
    return this.#deps.deliver.event(envelope, retry);
  }

  #send(envelope: Json, retry?: EventRetry): void {
    const turn = retry === undefined ? this.#last : Promise.resolve();
    const sending = turn.then(() => this.once(envelope, retry));
    if (retry === undefined) this.#last = sending;
    const attempt: Promise<void> = sending.then((answer) => {
      this.#underWay.delete(attempt);
      const reason = reasonOf(answer);
      const num = (retry?.num ?? 0) + 1;
      const wait = this.#retriesMs[num - 1];
      if (reason === undefined || wait === undefined || this.#isStopped) return;
      if (wait === 0) return this.#send(envelope, { num, reason });
      const timer = setTimeout(() => {
        this.#waiting.delete(timer);
        this.#send(envelope, { num, reason });
      }, wait);
      this.#waiting.add(timer.unref());
    });
    this.#underWay.add(attempt);
  }

  async delivered(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Cancels the retries. */
  stop(): void {
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
    this.#isStopped = true;
  }
}
