import { expect, test } from "vitest";
import { z } from "zod";
import { metadataCodec, OutdatedError, valueCodec } from "./codec.ts";

const shown = z.object({ number: z.int(), back: z.string().optional() });

const dialog = "This dialog is from before an update of Signoff. Close it and open it again.";
const button = "This button is from before an update of Signoff. Open the request or the list again.";

/** The words that a person reads, if the text cannot be read. */
function refusalOf(read: () => unknown): string | undefined {
  try {
    read();
  } catch (error) {
    if (error instanceof OutdatedError) return error.words;
    throw error;
  }
  return undefined;
}

test("what is written is read again", () => {
  const codec = metadataCodec(shown);
  expect(codec.write({ number: 7 })).toBe('{"number":7}');
  expect(codec.read(codec.write({ number: 7, back: "list" }))).toEqual({ number: 7, back: "list" });
});

test("fields of a newer version are left out", () => {
  expect(metadataCodec(shown).read('{"number":7,"newer":true}')).toEqual({ number: 7 });
});

test.each(["", "{", "null", "7", '{"number":"7"}', '{"back":"list"}'])("%j cannot be read", (text) => {
  expect(refusalOf(() => metadataCodec(shown).read(text))).toBe(dialog);
  expect(refusalOf(() => valueCodec(shown).read(text))).toBe(button);
});

test("no text stands for undefined, in both directions", () => {
  const codec = metadataCodec(shown.optional());
  expect(codec.write(undefined)).toBe("");
  expect(codec.read("")).toBeUndefined();
});

test("a longer text than Slack stores is not written", () => {
  const text = (length: number) => "x".repeat(length - 2);
  expect(metadataCodec(z.string()).write(text(3_000))).toHaveLength(3_000);
  expect(() => metadataCodec(z.string()).write(text(3_001))).toThrow("3000");
  expect(valueCodec(z.string()).write(text(2_000))).toHaveLength(2_000);
  expect(() => valueCodec(z.string()).write(text(2_001))).toThrow("2000");
});
