import { cleanName } from "../../src/domain/shared/clean-text.ts";

type Live = Record<string, string>;

/**
 * Returns a seed file in which every text is as long and as hostile as allowed. `hostile` returns a text of
 * about this many characters.
 */
export function hostileSeed(hostile: (length: number) => string) {
  // Names with hidden characters are refused, and every other text keeps them.
  const named = (n: number) => `${n}${cleanName(hostile(99))}`;
  const name = named(0);
  const link = (extra: string) => `https://ci.example/${hostile(1900)}${extra}`;
  const builds = (slug: string) =>
    ["1", "2", "3"].map((n) => ({
      id: `${slug}-${n}`,
      version: `${n}${hostile(99)}`,
      commit: hostile(100),
      // One short enough for a link, and others that are too long after encoding.
      link: n === "2" ? `https://ci.example/${hostile(450)}` : link(n),
      author: hostile(100),
      commits: Array.from({ length: 14 }, (_, i) => ({
        hash: `${n}${String.fromCharCode(97 + i)}${hostile(98)}`,
        message: `${hostile(1000)}\n${hostile(900)}`,
        author: hostile(100),
        link: i % 2 === 0 ? `https://git.example/${hostile(30)}` : link(n),
      })),
    }));
  const integration = (slug: string, called: string) => ({
    slug,
    name: called,
    compareUrl: `https://git.example/{from}...{to}?${hostile(100)}`,
    builds: builds(slug),
    live: { development: `${slug}-2`, staging: `${slug}-1` } as Live,
  });
  const environments = [
    { slug: "development", name: named(1) },
    { slug: "staging", name: named(2), critical: true },
    { slug: "production", name: named(3) },
  ];
  const slugs = ["one", "two", "three", "four", "five", "same"];
  return {
    roles: [
      { name: "Admin", members: ["ada@acme.example"] },
      { name, members: ["bob@acme.example", "carol@acme.example", "ada@acme.example"] },
    ],
    projects: [
      {
        slug: "first",
        name,
        requesters: [] as string[],
        environments,
        integrations: slugs.map((slug, i) => integration(slug, named(i))),
      },
      {
        slug: "closed",
        name: named(9),
        requesters: [name],
        environments,
        integrations: [integration("one", named(0)), integration("same", named(5))],
      },
    ],
    workflow: {
      enabled: true,
      roles: [name],
      assignees: [] as string[],
      options: { requiredApprovals: 2 },
    },
  };
}
