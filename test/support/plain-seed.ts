type PlainBuild = { id: string; version: string };

type PlainIntegration = {
  slug: string;
  name: string;
  deployer?: "record" | "webhook";
  builds: PlainBuild[];
  live: Record<string, string>;
};

type PlainProject = {
  slug: string;
  name: string;
  requesters: string[];
  environments: { slug: string; name: string; critical?: boolean }[];
  integrations: PlainIntegration[];
};

/** The sandbox's seed file as plain values, for tests that load it with a change. */
export type PlainSeed = {
  roles: { name: string; members: (string | { email: string; projects: string[] })[] }[];
  projects: PlainProject[];
  workflow?: {
    enabled: boolean;
    roles: string[];
    assignees: string[];
    options: Record<string, unknown>;
  };
};
