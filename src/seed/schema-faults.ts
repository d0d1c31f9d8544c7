import type { z } from "zod";
import type { SeedPath } from "../usecases/seed/seed-report.ts";
import type { LineFault, YamlDocument } from "./yaml-document.ts";

type Issue = z.core.$ZodIssue;

/** Returns what is wrong with a value of the file, each with its line. @param path where the value is in the file */
export function schemaFaults(document: YamlDocument, error: z.ZodError, path: SeedPath): LineFault[] {
  return error.issues.flatMap((issue) => issueFaults(document, issue, path));
}

function issueFaults(document: YamlDocument, issue: Issue, parent: SeedPath): LineFault[] {
  const path = [...parent, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
  if (issue.code === "invalid_union") {
    return likeliest(issue.errors).flatMap((inner) => issueFaults(document, inner, path));
  }
  const place = path.join(".") || "the file";
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      return { line: document.lineOf([...path, key]), words: `${place} has no key ${key}` };
    });
  }
  const inner = issue.code === "invalid_key" ? issue.issues[0]?.message : undefined;
  return [{ line: document.lineOf(path), words: `${place} ${inner ?? wordsOf(document, issue, path)}` }];
}

/** Returns the faults of the alternative that was most likely meant: one whose type is right. */
function likeliest(alternatives: readonly Issue[][]): Issue[] {
  const fitting = alternatives.filter(
    (issues) =>
      !issues.some(
        ({ code, path }) => path.length === 0 && (code === "invalid_type" || code === "invalid_value"),
      ),
  );
  return (fitting.length > 0 ? fitting : alternatives).at(-1 - Math.max(0, fitting.length - 1)) ?? [];
}

function wordsOf(document: YamlDocument, issue: Issue, path: SeedPath): string {
  if (issue.code !== "invalid_type") return issue.message;
  const source = document.sourceOf(path);
  if (issue.message.includes("received undefined")) return "is missing";
  if (issue.expected === "string" && source !== undefined) {
    return `is not text to YAML: put it in quotes, "${source}"`;
  }
  return issue.message;
}
