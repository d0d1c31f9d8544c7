import type { StandInEphemeral, StandInMessage, StandInView, StateValues } from "../slack/types.ts";
import type { Reader } from "./reader.ts";

/** Where blocks stand: what their controls act on, and what has been typed and chosen there. */
export type Place = {
  /** A prefix for ids on the page. */
  id: string;
  kind: "message" | "ephemeral" | "view";
  values: StateValues;
  errors: Record<string, string>;
  reader: Reader;
  /** Everybody one can choose in a users select. */
  people: { id: string; name: string }[];
  channels: { id: string; name: string }[];
};

type Around = Pick<Place, "reader" | "people" | "channels">;

export const inMessage = (message: StandInMessage, around: Around): Place => ({
  id: `m-${message.channel}-${message.ts}`,
  kind: "message",
  values: message.values,
  errors: {},
  ...around,
});

export const inEphemeral = (ephemeral: StandInEphemeral, around: Around): Place => ({
  id: `e-${ephemeral.id}`,
  kind: "ephemeral",
  values: ephemeral.values,
  errors: {},
  ...around,
});

export const inView = (view: StandInView, around: Around): Place => ({
  id: `v-${view.id}`,
  kind: "view",
  values: view.values,
  errors: view.errors,
  ...around,
});
