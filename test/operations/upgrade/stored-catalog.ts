type Row = Record<string, unknown>;
type Tables = Record<string, Row[]>;

/**
 * Returns the calls that a pipeline makes at each run to bring the catalog to what is stored already: one for each project
 * and integration that is not archived, with the names as the previous version took them.
 */
export function pipelineCalls({ projects = [], environments = [], integrations = [] }: Tables) {
  const isActive = ({ archived_at }: Row) => archived_at === null;
  return projects.filter(isActive).flatMap(({ id, slug, name }) => {
    const ofProject = ({ project_id }: Row) => project_id === id;
    const pipeline = environments
      .filter((row) => isActive(row) && ofProject(row))
      .sort((a, b) => Number(a.position) - Number(b.position))
      .map((environment) => ({
        slug: environment.slug,
        name: environment.name,
        critical: environment.critical,
      }));
    const path = `/projects/${slug}`;
    return [
      { path, body: { name, pipeline } },
      ...integrations
        .filter((row) => isActive(row) && ofProject(row))
        .map((integration) => ({
          path: `${path}/integrations/${integration.slug}`,
          body: { name: integration.name },
        })),
    ];
  });
}
