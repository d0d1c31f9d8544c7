import type { StandInEphemeral, StandInMessage, StandInView, StateValues } from "../../slack/types.ts";
import type { Reader } from "./reader.ts";

/** Where blocks stand: what their controls act on, and what has been typed and chosen there. */
export type Place = {
  /** A prefix for ids on the page. */
  id: string;
  values: StateValues;
  errors: Record<string, string>;
  reader: Reader;
};

export const inMessage = (message: StandInMessage, reader: Reader): Place => ({
  id: `m-${message.channel}-${message.ts}`,
  values: message.values,
  errors: {},
  reader,
});

export const inEphemeral = (ephemeral: StandInEphemeral, reader: Reader): Place => ({
  id: `e-${ephemeral.id}`,
  values: ephemeral.values,
  errors: {},
  reader,
});

export const inView = (view: StandInView, reader: Reader): Place => ({
  id: `v-${view.id}`,
  values: view.values,
  errors: view.errors,
  reader,
});
