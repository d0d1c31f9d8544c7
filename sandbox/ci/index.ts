import { randomBytes } from "node:crypto";
import { type ApiClient, apiClient, type KnownBuild, type KnownEnvironment } from "./api.ts";
import type { Provider } from "./far-end.ts";

/** An integration that the pipeline can build. */
export type Place = {
  /** `project/integration`. */
  id: string;
  name: string;
  projectName: string;
  deployer: string;
};

/** What the CI panel shows. */
export type CiView = {
  places: Place[];
  shown: Place | undefined;
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
  provider: Provider;
  look(place: string | undefined): Promise<CiView>;
  build(place: string, build: { version: string; message: string; author: string }): Promise<void>;
  deploy(place: string, build: string, environment: string): Promise<void>;
  /** Calls the listener after each change that a page shows. */
  onChange(listener: () => void): void;
  /** Notifies the listeners. */
  changed(): void;
};

type Options = {
  apiUrl: string;
  /** Creates the token on first use. */
  token: () => Promise<string>;
  provider: Provider;
};

/** Creates the pipeline. It makes no API call until it is used. */
export function createCi({ apiUrl, token, provider }: Options): Ci {
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
    provider,
    onChange: (listener) => void listeners.add(listener),
    changed,
    look: async (id) => look(await api(), id),
    build: async (id, { version, message, author }) => {
      const place = split(id);
      const calls = await api();
      const [before] = await calls.builds(place);
      const hash = randomBytes(20).toString("hex");
      await calls.register(place, {
        ...{ id: `${place.integration}-${version}`, version, commit: hash, author },
        link: `https://ci.example/${place.integration}/${version}`,
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
      await (await api()).deploy(split(id), { build, environment });
      changed();
    },
  };
}

async function look(api: ApiClient, id: string | undefined): Promise<CiView> {
  const projects = await api.projects();
  const places = projects.flatMap((project) =>
    project.integrations.map(({ slug, name, deployer }) => ({
      ...{ id: `${project.slug}/${slug}`, name, deployer, projectName: project.name },
    })),
  );
  const byWebhook = places.find(({ deployer }) => deployer === "webhook");
  const shown = places.find((place) => place.id === id) ?? byWebhook ?? places[0];
  if (shown === undefined) {
    return { places, shown, environments: [], builds: [], nextVersion: "" };
  }
  const at = split(shown.id);
  const [environments, builds] = await Promise.all([api.live(at), api.builds(at)]);
  return { places, shown, environments, builds, nextVersion: nextVersion(builds) };
}

function split(id: string): { project: string; integration: string } {
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
