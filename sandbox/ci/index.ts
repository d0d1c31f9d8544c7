import { randomBytes } from "node:crypto";
import { type ApiClient, apiClient, type KnownBuild, type KnownEnvironment } from "./api.ts";
import type { CiReceiver } from "./receiver.ts";

/** An integration that the pipeline can build. */
export type CiIntegration = {
  /** `project/integration`. */
  id: string;
  name: string;
  projectName: string;
  deployer: string;
};

/** What the CI panel shows. */
export type CiView = {
  integrations: CiIntegration[];
  selected: CiIntegration | undefined;
  /** In pipeline order, each with its live build. */
  environments: KnownEnvironment[];
  /** Newest first. */
  builds: KnownBuild[];
  /** A suggested version for the next build. */
  nextVersion: string;
};

/** A CI pipeline to try things with. It uses only the REST API. */
export type Ci = {
  /** The API's base address. */
  apiUrl: string;
  /** The server that receives the promotions of integrations with a webhook. */
  receiver: CiReceiver;
  readView(integration: string | undefined): Promise<CiView>;
  build(integration: string, build: { version: string; message: string; author: string }): Promise<void>;
  deploy(integration: string, build: string, environment: string): Promise<void>;
  /** Calls the listener after each change that a page shows. */
  onChange(listener: () => void): void;
  /** Notifies the listeners. */
  changed(): void;
};

type Options = {
  apiUrl: string;
  /** Creates the token on first use. */
  token: () => Promise<string>;
  receiver: CiReceiver;
};

/** Creates the pipeline. It makes no API call until it is used. */
export function createCi({ apiUrl, token, receiver }: Options): Ci {
  const listeners = new Set<() => void>();
  let client: Promise<ApiClient> | undefined;
  const api = () => {
    client ??= token().then(
      (text) => apiClient(apiUrl, text),
      (error) => {
        client = undefined;
        throw error;
      },
    );
    return client;
  };
  const changed = () => {
    for (const listener of listeners) listener();
  };
  return {
    apiUrl,
    receiver,
    onChange: (listener) => void listeners.add(listener),
    changed,
    readView: async (id) => readView(await api(), id),
    build: async (id, { version, message, author }) => {
      const slugs = parseId(id);
      const pipelineApi = await api();
      const [before] = await pipelineApi.builds(slugs);
      const hash = randomBytes(20).toString("hex");
      await pipelineApi.register(slugs, {
        ...{ id: `${slugs.integration}-${version}`, version, commit: hash, author },
        link: `https://ci.example/${slugs.integration}/${version}`,
        commits: [
          { hash, author, message },
          // A real pipeline lists every commit since the previous build, so add a second one.
          ...(before === undefined
            ? []
            : [{ hash: randomBytes(20).toString("hex"), author, message: "Update dependencies" }]),
        ],
      });
      changed();
    },
    deploy: async (id, build, environment) => {
      await (await api()).deploy(parseId(id), { build, environment });
      changed();
    },
  };
}

async function readView(api: ApiClient, id: string | undefined): Promise<CiView> {
  const projects = await api.projects();
  const integrations = projects.flatMap((project) =>
    project.integrations.map(({ slug, name, deployer }) => ({
      ...{ id: `${project.slug}/${slug}`, name, deployer, projectName: project.name },
    })),
  );
  const byWebhook = integrations.find(({ deployer }) => deployer === "webhook");
  const selected = integrations.find((integration) => integration.id === id) ?? byWebhook ?? integrations[0];
  if (selected === undefined) {
    return { integrations, selected, environments: [], builds: [], nextVersion: "" };
  }
  const slugs = parseId(selected.id);
  const [environments, builds] = await Promise.all([api.live(slugs), api.builds(slugs)]);
  return { integrations, selected, environments, builds, nextVersion: nextVersion(builds) };
}

function parseId(id: string): { project: string; integration: string } {
  const [project = "", integration = ""] = id.split("/");
  return { project, integration };
}

/** Returns the next patch version that no build has yet, such as 1.4.3 after 1.4.2. */
function nextVersion(builds: KnownBuild[]): string {
  const [newest] = builds;
  if (newest === undefined) return "1.0.0";
  let next = newest.version;
  do next = next.replace(/(\d+)(\D*)$/, (_, number: string, rest: string) => `${Number(number) + 1}${rest}`);
  while (/\d/.test(next) && builds.some(({ version }) => version === next));
  return next;
}
