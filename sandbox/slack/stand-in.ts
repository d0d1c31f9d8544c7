import type { FaultPlan } from "./faults.ts";
import type { Manifest } from "./manifest.ts";
import type { EventSender } from "./people/events.ts";
import type { Grants } from "./people/grants.ts";
import type { ApiCall, BotAnswer, EventRetry, Json } from "./types.ts";
import type { Workspace } from "./workspace.ts";

/** The parts of one stand-in, which its server and its people share. */
export type StandIn = {
  workspace: Workspace;
  grants: Grants;
  manifest: Manifest;
  faults: FaultPlan;
  calls: ApiCall[];
  events: EventSender;
  botToken: string;
  /** The workspace's address, with a trailing slash. */
  publicUrl: () => string;
  /** Returns the address of a response_url. */
  responseUrl: (grant: string) => string;
  deliver: Deliver;
};

export type Deliver = {
  /** Sends a slash command's form. */
  form(fields: URLSearchParams): Promise<BotAnswer>;
  /** Sends an interaction: `payload=` and its JSON. */
  interaction(payload: Json): Promise<BotAnswer>;
  /** Sends an Events API request. A retry has the retry headers. */
  event(envelope: Json, retry?: EventRetry): Promise<BotAnswer>;
};
