import { z } from "zod";
import {
  mapOptions,
  type OptionDefinition,
  type OptionName,
  type OptionValues,
} from "../domain/workflow/options.ts";

type Shape = { [Name in OptionName]: z.ZodType<OptionValues[Name]> };
type PartialShape = { [Name in OptionName]: z.ZodOptional<z.ZodType<OptionValues[Name]>> };

/**
 * Returns the schema of one option in stored JSON. It has no upper limit, so that a value saved under a higher one
 * still parses.
 */
export function storedOption(definition: OptionDefinition): z.ZodType {
  const schema: z.ZodType = definition.kind === "number" ? z.int().min(definition.min) : plain(definition);
  return definition.whenAbsent === undefined ? schema : schema.default(definition.whenAbsent);
}

/** Returns the schema of one option that somebody enters, within its limits. */
function enteredOption(definition: OptionDefinition): z.ZodType {
  if (definition.kind !== "number") return plain(definition);
  return z.int().min(definition.min).max(definition.max);
}

function plain(definition: Exclude<OptionDefinition, { kind: "number" }>) {
  return definition.kind === "flag" ? z.boolean() : z.enum(definition.values);
}

/** The schema of every option in stored JSON, by name. */
export const storedOptions = mapOptions((_, definition) => storedOption(definition)) as Shape;

/** The schema of every option in a seed file, by name. Each may be left out. */
export const seedOptions = mapOptions((_, definition) =>
  enteredOption(definition).optional(),
) as PartialShape;

/** The options that the table defines, without `cardsTo`. */
export const optionValues = z.object(storedOptions);

/** All options as they are stored and as the form carries them, in their current version. */
export const workflowOptions = z.object({
  v: z.literal(2),
  ...storedOptions,
  cardsTo: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("reviewers") }),
    z.object({ kind: z.literal("channel"), channelId: z.string(), channelName: z.string() }),
  ]),
});
