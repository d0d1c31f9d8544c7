import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import { isStorable } from "../domain/shared/storable-text.ts";
import type { SeedPath } from "../usecases/seed/seed-report.ts";

/** A fault at a line of the file, counted from 1. */
export type LineFault = { line: number; words: string };

/** A parsed YAML document that knows the line of everything in it. */
export type YamlDocument = {
  /** The content as plain values; undefined for an empty file. */
  data: unknown;
  /** Returns the line of a key or an item; of the closest thing around it if it is not there. */
  lineOf(path: SeedPath): number;
  /** Returns a value as it is written, such as `1.10`; undefined if it is not a plain value. */
  sourceOf(path: SeedPath): string | undefined;
};

/** The most characters of a file: enough for about 100,000 builds. A larger one would fill the memory. */
const mostCharacters = 20_000_000;

/** Parses one YAML document. Returns its faults if it is not valid. */
export function parseYaml(text: string): YamlDocument | { faults: LineFault[] } {
  if (text.length > mostCharacters) {
    const words = `The file is larger than ${mostCharacters / 1_000_000} MB. Split it: each file changes only what it names.`;
    return { faults: [{ line: 1, words }] };
  }
  const counter = new LineCounter();
  const lineAt = (offset: number) => Math.max(1, counter.linePos(offset).line);
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    merge: true,
    resolveKnownTags: false,
  });
  // A tag such as !include or !!binary is a warning to YAML, and its content would be read as something else.
  const faults = [...document.errors, ...document.warnings].map(({ pos, message, code }) => {
    const words = code === "MULTIPLE_DOCS" ? "A second document begins here. A seed file has one." : message;
    return { line: lineAt(pos[0]), words };
  });
  if (faults.length === 0)
    faults.push(...emptyValues(document, lineAt), ...unstorableTexts(document, lineAt));
  if (faults.length > 0) return { faults };
  try {
    return {
      // Many projects may share one pipeline by an alias. The library's default is 100.
      data: document.toJS({ maxAliasCount: 5000 }),
      lineOf: (path) => lineAt(positionOf(document, path)),
      sourceOf: (path) => sourceOf(document, path),
    };
  } catch (error) {
    // Unresolved aliases, and alias bombs, are detected only when the content is read.
    const message = error instanceof Error ? error.message : String(error);
    const isBomb = message.startsWith("Excessive alias count");
    const words = isBomb ? "The file repeats too much by aliases. Write some of it out." : message;
    return { faults: [{ line: 1, words }] };
  }
}

/** A key without a value is a mistake: nobody knows whether it means nothing, or leaves the setting as it is. */
function emptyValues(document: Document.Parsed, lineAt: (offset: number) => number): LineFault[] {
  const faults: LineFault[] = [];
  visit(document, {
    Pair(_, { key, value }) {
      const isEmpty = value === null || (isScalar(value) && value.value === null && !value.source);
      if (!isEmpty || !isScalar(key)) return;
      const words = `${key.value} has no value. Take the key out to leave the setting as it is; write [] for an empty list. Text that begins with # needs quotes.`;
      faults.push({ line: lineAt(key.range?.[0] ?? 0), words });
    },
  });
  return faults;
}

/** PostgreSQL cannot hold the characters that YAML's escapes `"\0"` and `"\ud800"` stand for. */
function unstorableTexts(document: Document.Parsed, lineAt: (offset: number) => number): LineFault[] {
  const faults: LineFault[] = [];
  visit(document, {
    Scalar(_, { value, range }) {
      if (typeof value !== "string" || isStorable(value)) return;
      const words = "This text holds a character that cannot be stored. Take it out.";
      faults.push({ line: lineAt(range?.[0] ?? 0), words });
    },
  });
  return faults;
}

type Found = { position: number; node: unknown };

/** Returns the node at a path and where its key or item begins; of the closest thing around it if it is missing. */
function find(document: Document.Parsed, path: SeedPath): Found {
  let found: Found = { position: startOf(document.contents) ?? 0, node: document.contents };
  for (const step of path) {
    const next = stepInto(document, found.node, step);
    if (next === undefined) return { ...found, node: undefined };
    found = { position: next.position ?? found.position, node: next.node };
  }
  return found;
}

function stepInto(document: Document.Parsed, node: unknown, step: string | number) {
  const container = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(container) && typeof step === "number") {
    const item = container.items[step];
    return item === undefined ? undefined : { node: item, position: startOf(item) };
  }
  if (!isMap(container)) return undefined;
  const pair = container.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  return pair === undefined ? undefined : { node: pair.value, position: startOf(pair.key) };
}

const startOf = (node: unknown): number | undefined => {
  if (isPair(node)) return startOf(node.key);
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) return node.range?.[0];
  return undefined;
};

const positionOf = (document: Document.Parsed, path: SeedPath): number => find(document, path).position;

function sourceOf(document: Document.Parsed, path: SeedPath): string | undefined {
  const { node } = find(document, path);
  return isScalar(node) ? node.source : undefined;
}
