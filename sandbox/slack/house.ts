import type { FaultPlan } from "./faults.ts";
import type { Manifest } from "./manifest.ts";
import type { EventSender } from "./people/events.ts";
import type { Grants } from "./people/grants.ts";
import type { ApiCall, BotAnswer, EventRetry, Json } from "./types.ts";
import type { Workspace } from "./workspace.ts";

/** The parts of one stand-in, as its server and its acting people share them. */
export type StandIn = {
  workspace: Workspace;
  grants: Grants;
  manifest: Manifest;
  faults: FaultPlan;
  calls: ApiCall[];
  events: EventSender;
  botToken: string;
  /** The workspace's address, ends with "/". */
  publicUrl: () => string;
  /** The address of a response_url. */
  responseUrl: (grant: string) => string;
  deliver: Deliver;
};

export type Deliver = {
  /** A slash command's form. */
  form(fields: URLSearchParams): Promise<BotAnswer>;
  /** An interaction: `payload=` and its JSON. */
  interaction(payload: Json): Promise<BotAnswer>;
  /** An Events API delivery; a retry says so in its headers. */
  event(envelope: Json, retry?: EventRetry): Promise<BotAnswer>;
};
