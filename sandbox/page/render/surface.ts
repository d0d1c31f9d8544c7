import type { StandInEphemeral, StandInMessage, StandInView, StateValues } from "../../slack/types.ts";
import type { Reader } from "./reader.ts";

/** The surface that blocks are on: the target of its controls, and what was typed and selected there. */
export type Surface = {
  /** A prefix for element ids. */
  id: string;
  values: StateValues;
  errors: Record<string, string>;
  reader: Reader;
};

export const inMessage = (message: StandInMessage, reader: Reader): Surface => ({
  id: `m-${message.channel}-${message.ts}`,
  values: message.values,
  errors: {},
  reader,
});

export const inEphemeral = (ephemeral: StandInEphemeral, reader: Reader): Surface => ({
  id: `e-${ephemeral.id}`,
  values: ephemeral.values,
  errors: {},
  reader,
});

export const inView = (view: StandInView, reader: Reader): Surface => ({
  id: `v-${view.id}`,
  values: view.values,
  errors: view.errors,
  reader,
});
