import type { z } from "zod";

/** Thrown when a modal or a button from before an update of Signoff carries data that this version cannot read. */
export class OutdatedError extends Error {
  /** The sentence that the person reads. */
  readonly words: string;

  constructor(source: Source, cause?: unknown) {
    super(`The data of a ${source} from Slack cannot be read`, { cause });
    this.words = outdatedWords[source];
  }
}

type Source = "dialog" | "button";

const outdatedWords: Record<Source, string> = {
  dialog: "This dialog is from before an update of Signoff. Close it and open it again.",
  button: "This button is from before an update of Signoff. Open the request or the list again.",
};

/** The most characters that Slack stores. https://docs.slack.dev/reference/views */
const lengthLimits: Record<Source, number> = { dialog: 3_000, button: 2_000 };

/** Writes data as text that Slack stores in a modal or a button, and reads it when Slack sends it back. */
export type Codec<In, Out = In> = {
  /** Returns the text. Throws if it is longer than Slack stores. */
  write(value: In): string;
  /** Returns the checked data. Throws `OutdatedError` if the text does not match the schema. */
  read(text: string): Out;
};

/**
 * Makes a codec for the `private_metadata` of a modal. A modal without metadata is read as `undefined`: give the schema a
 * default or make it optional where that may happen.
 *
 * An older version runs beside this one during an upgrade: keep the names of the fields, and make new fields optional.
 */
export function metadataCodec<S extends z.ZodType>(schema: S): Codec<z.input<S>, z.output<S>> {
  return codec(schema, "dialog");
}

/** Makes a codec for the `value` of a button. The rules for its schema are those of `metadataCodec`. */
export function valueCodec<S extends z.ZodType>(schema: S): Codec<z.input<S>, z.output<S>> {
  return codec(schema, "button");
}

/** Converts between data and text. `parse` may throw, and what it returns is checked afterwards. */
type Format<Data> = { format(value: Data): string; parse(text: string): unknown };

/**
 * Makes a codec for a `value` that is not JSON, for instance because an option has room for two ids at most. It is read
 * with `parse` and then checked with the schema.
 */
export function textCodec<S extends z.ZodType>(
  schema: S,
  format: Format<z.input<S>>,
): Codec<z.input<S>, z.output<S>> {
  return codec(schema, "button", format);
}

const json: Format<unknown> = {
  format: (value) => (value === undefined ? "" : JSON.stringify(value)),
  parse: (text) => (text === "" ? undefined : JSON.parse(text)),
};

function codec<S extends z.ZodType>(
  schema: S,
  source: Source,
  { format, parse }: Format<z.input<S>> = json,
): Codec<z.input<S>, z.output<S>> {
  return {
    write: (value) => {
      const text = format(value);
      const limit = lengthLimits[source];
      if (text.length > limit) throw new Error(`The data of a ${source} has more than ${limit} characters`);
      return text;
    },
    read: (text) => {
      const parsed = schema.safeParse(parseText(text, source, parse));
      if (!parsed.success) throw new OutdatedError(source, parsed.error);
      return parsed.data;
    },
  };
}

function parseText(text: string, source: Source, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new OutdatedError(source, error);
  }
}
