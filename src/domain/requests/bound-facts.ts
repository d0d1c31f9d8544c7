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
