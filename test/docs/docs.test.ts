import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

const folders = ["", "docs", "examples", "examples/receiver", ".github"];
const pages = folders.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);

describe("what the docs refer to", () => {
  test.each(pages)("every file and folder that %s names in code exists", (page) => {
    const paths = [
      ...read(page).matchAll(/`((?:src|db|test|sandbox|bench|tools|docs|examples)\/[\w./-]*)`/g),
    ];
    const missing = paths.map(([, path = ""]) => path).filter((path) => !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  test.each(pages)("every relative link and anchor of %s resolves", (page) => {
    const broken = linksOf(page).filter((link) => !resolves(page, link));
    expect(broken).toEqual([]);
  });
});

/** Finds `[words](address)` outside code, except addresses of other sites. */
function linksOf(page: string): string[] {
  const text = read(page)
    .replaceAll(/^```[\s\S]*?^```/gm, "")
    .replaceAll(/`[^`]*`/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

function resolves(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

/** Returns the anchors that GitHub gives a page's headings. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

type Section = { heading: string; code: Named[]; tests: Named[] };

/** A file that docs/rules.md names, with the functions or test titles that it lists for the file. */
type Named = { file: string; names: string[] };

const sections = read("docs/rules.md")
  .split(/^## /m)
  .slice(1)
  .map((text): Section => {
    const [, code = "", tests = ""] = /\*\*Code\*\*([\s\S]*?)\*\*Tests\*\*([\s\S]*)/.exec(text) ?? [];
    return {
      heading: text.split("\n")[0] ?? "",
      code: named(code, /`([^`]+)`/g),
      tests: named(tests, /"([^"]+)"/g),
    };
  })
  .filter(({ heading }) => heading !== "States of a request");

/** Reads the lines "- `file`: name, name". */
function named(text: string, pattern: RegExp): Named[] {
  return [...text.matchAll(/^- `([^`]+)`(.*)$/gm)].map(([, file = "", rest = ""]) => ({
    file,
    names: [...rest.matchAll(pattern)].map(([, name = ""]) => name),
  }));
}

describe("docs/rules.md", () => {
  test("states R1 to R14 in order", () => {
    const rules = sections
      .map(({ heading }) => heading.split(":")[0])
      .filter((name) => /^R\d+$/.test(name ?? ""));
    expect(rules).toEqual(Array.from({ length: 14 }, (_, index) => `R${index + 1}`));
  });

  describe.each(sections)("$heading", ({ heading, code, tests }) => {
    test("names code and tests", () => {
      expect(code.length).toBeGreaterThan(0);
      expect(tests.length).toBeGreaterThan(0);
    });

    test.each([...code, ...tests])("$file exists and has what is named in it", ({ file, names }) => {
      expect(existsSync(join(root, file)), `${file} does not exist`).toBe(true);
      const text = read(file);
      expect(names.filter((name) => !text.includes(name))).toEqual([]);
    });

    const rule = /^R\d+/.exec(heading)?.[0];
    test.runIf(rule !== undefined)("has a test whose title names it in each test file", () => {
      const title = new RegExp(`["\`][^"\`\n]*\\b${rule}\\b`);
      expect(tests.filter(({ file }) => !title.test(read(file))).map(({ file }) => file)).toEqual([]);
    });
  });
});

describe("the table of docs/rules.md of where each rule holds", () => {
  const [, text = ""] = /^## Where each rule holds$([\s\S]*?)^## /m.exec(read("docs/rules.md")) ?? [];
  const rows = text.split("\n").filter((line) => /^\| (?!rule|---)/.test(line));

  test("has a row for each rule, and says something of each entry point", () => {
    const rules = new Set(rows.flatMap((row) => row.split("|")[1]?.match(/R\d+/g) ?? []));
    expect([...rules]).toEqual(Array.from({ length: 14 }, (_, index) => `R${index + 1}`));
    expect(
      rows.filter((row) => row.split("|").some((cell, i) => i > 0 && i < 7 && cell.trim() === "")),
    ).toEqual([]);
  });

  test.each(rows)("names tests that exist: %s", (row) => {
    const proofs = [...row.matchAll(/`(test\/[\w./-]+)`: ((?:"[^"]+"(?:, )?)+)/g)];
    expect(proofs.length).toBeGreaterThan(0);
    for (const [, file = "", names = ""] of proofs) {
      const missing = [...names.matchAll(/"([^"]+)"/g)].filter(([, name = ""]) => !read(file).includes(name));
      expect(missing.map(([, name]) => name)).toEqual([]);
    }
  });
});

describe("docs/SECURITY.md", () => {
  const threats = read("docs/SECURITY.md")
    .split("\n")
    .filter((line) => /^\| (?!threat|who|---)/.test(line) && line.split("|").length === 6);

  test.each(threats)("names a proof that exists, and what remains: %s", (row) => {
    const [, , , proof = "", remains = ""] = row.split("|");
    const proofs = [...proof.matchAll(/`([\w./-]+\.test\.ts)`(?:: ((?:"[^"]+"(?:, )?)+))?/g)];
    expect(proofs.length).toBeGreaterThan(0);
    for (const [, file = "", names = ""] of proofs) {
      const missing = [...names.matchAll(/"([^"]+)"/g)].filter(([, name = ""]) => !read(file).includes(name));
      expect([file, missing.map(([, name]) => name)]).toEqual([file, []]);
    }
    expect(remains.trim()).not.toBe("");
  });
});

describe("docs/architecture.md", () => {
  const text = read("docs/architecture.md");

  test("names files that exist, from the root or from src", () => {
    const files = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.tsx?)`/g)].map(([, file = ""]) => file);
    expect(files.filter((file) => sourceOf(file) === undefined)).toEqual([]);
  });

  test("names functions that are in their files", () => {
    // A file in the same folder as the previous one may omit its path.
    let folder = "";
    const missing: string[] = [];
    for (const [, file = "", name = ""] of text.matchAll(/`([\w./-]+\.tsx?)`(?: (?:→ )?`(\w+)`)?/g)) {
      const path = sourceOf(file) ?? sourceOf(join(folder, file));
      if (path !== undefined) folder = dirname(path);
      if (name !== "" && !(path !== undefined && new RegExp(`\\b${name}\\b`).test(read(path)))) {
        missing.push(`${file} ${name}`);
      }
    }
    expect(missing).toEqual([]);
  });
});

const sourceOf = (file: string): string | undefined =>
  [file, join("src", file)].find((path) => existsSync(join(root, path)));

describe("the environment", () => {
  const source = read("src/config.ts");
  // A variable is named in its definition and again where a command extracts it.
  const variables = [
    ...new Set([...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name ?? "")),
  ];
  const isReserved = (name: string) => source.includes(`  ${name}: unsupported(`);

  test(".env.example names every variable of src/config.ts, each with a comment, and no other", () => {
    const named = [...read(".env.example").matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name ?? "");
    expect(named.sort()).toEqual([...variables].sort());
    for (const name of named) expect(read(".env.example")).toMatch(new RegExp(`^#.+\n${name}=`, "m"));
  });

  test("README's table names every variable that can be set, and no other", () => {
    const table = read("README.md")
      .split("\n")
      .filter((line) => /^ *\| `[A-Z]/.test(line));
    const named = table.flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([A-Z_]+)`/g)]);
    expect(named.map(([, name]) => name).sort()).toEqual(
      variables.filter((name) => !isReserved(name)).sort(),
    );
  });
});
