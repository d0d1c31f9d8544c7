import type { z } from "zod";
import type { Broken } from "../usecases/seed/seed-content.ts";
import type { SeedPath } from "../usecases/seed/seed-report.ts";
import { printLine } from "./print-line.ts";
import { repeatedNames } from "./repeated-names.ts";
import { schemaFaults } from "./schema-faults.ts";
import {
  type FileIntegration,
  type FileProject,
  type FileRole,
  type FileWorkflow,
  fileSchema,
  integrationSchema,
  projectSchema,
  roleSchema,
  workflowSchema,
} from "./seed-schema.ts";
import { type LineFault, parseYaml, type YamlDocument } from "./yaml-document.ts";

/** A project with its integrations. Those with a fault are marked. */
export type SeedFileProject = FileProject & { integrations?: (FileIntegration | Broken)[] };

/** The content of a seed file. People, groups, and channels are as the file names them. */
export type Seed = {
  roles?: (FileRole | Broken)[];
  projects?: (SeedFileProject | Broken)[];
  workflow?: FileWorkflow;
};

/** A file that was read. What has a fault is marked in its content, so that the rest can be checked further. */
export type ReadSeed = { seed: Seed; faults: LineFault[]; lineOf: (path: SeedPath) => number };

/** Thrown when a seed file cannot be loaded. The message names every fault with its line. Nothing was changed. */
export class SeedError extends Error {
  override readonly name = "SeedError";
  readonly faults: readonly LineFault[];

  constructor(faults: readonly LineFault[]) {
    const sorted = [...faults].sort((a, b) => a.line - b.line);
    const lines = sorted.map(({ line, words }) => printLine(line, words));
    const count = sorted.length === 1 ? "a fault" : `${sorted.length} faults`;
    super(`The seed file has ${count}, so nothing was loaded:\n${[...new Set(lines)].join("\n")}`);
    this.faults = sorted;
  }
}

/**
 * Reads a seed file (YAML).
 *
 * @throws SeedError if it is not valid YAML
 */
export function readSeed(text: string): ReadSeed {
  const document = parseYaml(text);
  if ("faults" in document) throw new SeedError(document.faults);
  const reader = new Reader(document);
  const seed = reader.read();
  const faults = [...reader.faults, ...repeatedNames(seed, document.lineOf)].sort((a, b) => a.line - b.line);
  return { seed, faults, lineOf: document.lineOf };
}

/** Checks the parts of a file one by one, so that a fault in one does not hide those of the others. */
class Reader {
  readonly faults: LineFault[] = [];
  readonly #document: YamlDocument;

  constructor(document: YamlDocument) {
    this.#document = document;
  }

  read(): Seed {
    const file = this.#parse(fileSchema, this.#document.data ?? {}, []);
    if (file === undefined) return {};
    const { roles, projects, workflow } = file;
    const parsedWorkflow =
      workflow === undefined ? undefined : this.#parse(workflowSchema, workflow, ["workflow"]);
    return {
      ...(roles && {
        roles: roles.map((role, i) => this.#parse(roleSchema, role, ["roles", i]) ?? broken(role, "name")),
      }),
      ...(projects && {
        projects: projects.map((project, i) => this.#readProject(project, ["projects", i])),
      }),
      ...(parsedWorkflow && { workflow: parsedWorkflow }),
    };
  }

  #readProject(project: unknown, path: SeedPath): SeedFileProject | Broken {
    const parsed = this.#parse(projectSchema, project, path);
    const list = parsed?.integrations ?? listIn(project, "integrations");
    const integrations = list.map((integration, i) => {
      const at = [...path, "integrations", i];
      return this.#parse(integrationSchema, integration, at) ?? broken(integration, "slug");
    });
    if (parsed === undefined) return broken(project, "slug");
    const { integrations: _, ...rest } = parsed;
    return { ...rest, integrations };
  }

  #parse<T>(schema: z.ZodType<T>, value: unknown, path: SeedPath): T | undefined {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    this.faults.push(...schemaFaults(this.#document, parsed.error, path));
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Marks something with a fault. It keeps its name, so that what refers to it is no further fault. */
function broken(value: unknown, key: "name" | "slug"): Broken {
  const name = isRecord(value) ? value[key] : undefined;
  return { broken: typeof name === "string" ? name : "" };
}

function listIn(value: unknown, key: string): unknown[] {
  const list = isRecord(value) ? value[key] : undefined;
  return Array.isArray(list) ? list : [];
}
