import { z } from "zod";

const environment = z.object({ slug: z.string(), name: z.string() });

const project = z.object({
  slug: z.string(),
  name: z.string(),
  integrations: z.array(z.object({ slug: z.string(), name: z.string(), deployer: z.string() })),
});

const build = z
  .object({
    id: z.string(),
    version: z.string(),
    commit: z.string().nullable(),
    author: z.string().nullable(),
    createdAt: z.coerce.date(),
  })
  .transform(({ createdAt: at, ...rest }) => ({ ...rest, at }));

const live = z.object({
  integration: z.string(),
  environment: environment,
  live: z
    .object({ build: z.string(), version: z.string(), since: z.coerce.date(), outside: z.boolean() })
    .nullable(),
});

const problem = z.object({ detail: z.string() });

export type KnownProject = z.infer<typeof project>;
export type KnownBuild = z.infer<typeof build>;
export type KnownEnvironment = {
  slug: string;
  name: string;
  live: { build: string; version: string; since: Date; outside: boolean } | null;
};

type IntegrationSlugs = { project: string; integration: string };

type NewBuild = {
  id: string;
  version: string;
  commit: string;
  author: string;
  link: string;
  commits: { hash: string; author: string; message: string }[];
};

/**
 * The API calls that a pipeline makes. Each one throws an error with Signoff's message when the API refuses
 * it.
 */
export type ApiClient = {
  projects(): Promise<KnownProject[]>;
  live(slugs: IntegrationSlugs): Promise<KnownEnvironment[]>;
  /** Newest first. */
  builds(slugs: IntegrationSlugs): Promise<KnownBuild[]>;
  register(slugs: IntegrationSlugs, build: NewBuild): Promise<void>;
  deploy(slugs: IntegrationSlugs, deployment: { build: string; environment: string }): Promise<void>;
};

/** @param base the API's address, without a trailing slash */
export function apiClient(base: string, token: string): ApiClient {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    const read = problem.safeParse(answer);
    throw new Error(read.success ? read.data.detail : `it answered ${response.status}`);
  };
  const pathOf = (slugs: IntegrationSlugs) => `/projects/${slugs.project}/integrations/${slugs.integration}`;
  return {
    projects: async () => z.object({ items: z.array(project) }).parse(await call("GET", "/projects")).items,
    live: async ({ project, integration }) => {
      const { items } = z
        .object({ items: z.array(live) })
        .parse(await call("GET", `/projects/${project}/live`));
      return items
        .filter((item) => item.integration === integration)
        .map((item) => ({ ...item.environment, live: item.live }));
    },
    builds: async (slugs) =>
      z.object({ items: z.array(build) }).parse(await call("GET", `${pathOf(slugs)}/builds?limit=20`)).items,
    register: async (slugs, build) => {
      await call("POST", `${pathOf(slugs)}/builds`, build);
    },
    deploy: async (slugs, { build, environment }) => {
      // Each click is a new deployment, so it gets its own key.
      const id = `${build}-${environment}-${Date.now()}`;
      await call("POST", `${pathOf(slugs)}/deployments`, { id, build, environment, status: "succeeded" });
    },
  };
}
