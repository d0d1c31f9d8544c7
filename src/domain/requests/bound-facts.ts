type Named = { name: string; slug: string };

/**
 * R7: what an approval is given for, as the reviewer saw it. The database builds it (`bound_facts`), so that every replica,
 * trigger, and statement has the same text for the same facts.
 */
export type BoundFacts = {
  build: { id: string; externalId: string; version: string; digest: string | null; commit: string | null };
  project: Named;
  integration: Named & { deployer: string };
  source: Named & { id: string };
  target: Named & { id: string; critical: boolean };
  message: string;
};

/** One bound fact that is not what it was, as text. */
export type FactChange = { fact: BoundFact; before: string; after: string };

/** The bound facts that can change after a request was made: a build and a message never do. */
export const boundFacts = [
  "project-name",
  "project-slug",
  "integration-name",
  "integration-slug",
  "deployer",
  "source-name",
  "source-slug",
  "target-name",
  "target-slug",
  "critical",
] as const;

export type BoundFact = (typeof boundFacts)[number];

/** Returns what changed between two readings of a request's bound facts. */
export function changedFacts(before: BoundFacts, after: BoundFacts): FactChange[] {
  return boundFacts.flatMap((fact) => {
    const [was, is] = [textOf(before, fact), textOf(after, fact)];
    return was === is ? [] : [{ fact, before: was, after: is }];
  });
}

function textOf({ project, integration, source, target }: BoundFacts, fact: BoundFact): string {
  const values: Record<BoundFact, string> = {
    "project-name": project.name,
    "project-slug": project.slug,
    "integration-name": integration.name,
    "integration-slug": integration.slug,
    deployer: integration.deployer,
    "source-name": source.name,
    "source-slug": source.slug,
    "target-name": target.name,
    "target-slug": target.slug,
    critical: target.critical ? "critical" : "not critical",
  };
  return values[fact];
}
