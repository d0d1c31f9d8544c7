import { stringify } from "yaml";
import { loadSeedFile } from "../../../src/seed/load-seed-file.ts";
import { SeedError } from "../../../src/seed/seed-file.ts";
import { done, type Got, type Of } from "./got.ts";
import { environmentSlugs, places, type World } from "./world.ts";

const email = (name: string) => `${name}@acme.example`;
const nameOf = (slug: string) => `${slug.charAt(0).toUpperCase()}${slug.slice(1)}`;

/** Loads a file that says what the step says, and leaves out the rest. */
export async function loadFile(world: World, step: Of<"seed">): Promise<Got> {
  const { organizationId, context } = world;
  try {
    await loadSeedFile(
      {
        context,
        findByEmail: async (address) => {
          const name = address.split("@")[0] ?? "";
          const user = { id: `U${name.toUpperCase()}`, team_id: organizationId, name, deleted: false };
          return { ...user, profile: { email: address, real_name: name }, tz: "Europe/Berlin" };
        },
        listGroups: async () => [],
        findChannel: async (name) => ({ ok: false, why: "not-found", name }),
      },
      organizationId,
      stringify(fileOf(step)),
      { force: step.force },
    );
    return done;
  } catch (error) {
    if (error instanceof SeedError) return { ok: false, code: error.message };
    throw error;
  }
}

/** Returns the content of the file. What is undefined is left out. */
export function fileOf({ place, pipeline, requesters, roles, live, workflow }: Of<"seed">): object {
  const { project = "", integration = "", builds = [] } = places[place] ?? {};
  const listed = builds.map((id, i) => ({ id, version: `1.${i}.0` }));
  const environment = live && (environmentSlugs[live.target] ?? "");
  const { roles: workflowRoles, assignees, enabled, ...options } = workflow ?? {};
  return {
    roles: roles.map(({ name, members }) => ({ name, ...(members && { members: members.map(email) }) })),
    projects: [
      {
        ...{ slug: project, name: nameOf(project) },
        ...(pipeline && {
          environments: pipeline.map(({ slug, previousSlug, critical }) => ({
            ...{ slug, name: nameOf(slug) },
            ...(previousSlug && { previousSlug }),
            ...(critical !== undefined && { critical }),
          })),
        }),
        ...(requesters && { requesters }),
        integrations: [
          {
            ...{ slug: integration, name: nameOf(integration) },
            ...(live && {
              builds: listed,
              live: { [environment ?? ""]: builds[live.build] ?? builds[0] },
            }),
          },
        ],
      },
    ],
    ...(workflow && {
      workflow: { enabled, roles: workflowRoles, assignees: assignees?.map(email), options },
    }),
  };
}
