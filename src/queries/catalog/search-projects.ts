import * as projects from "../../../db/catalog/projects.ts";
import type { Db } from "../../../db/connection/connect.ts";

export type ProjectName = { id: string; name: string };

/** Returns the projects that contain every word of the text, by name, at most the 100 that a Slack select accepts. */
export async function searchProjects(db: Db, organizationId: string, text: string): Promise<ProjectName[]> {
  const found = await projects.searchProjects(db, organizationId, text, 100);
  return found.map(({ id, name }) => ({ id, name }));
}

/** Returns the name of a project; undefined if there is none or it is archived. */
export async function getProjectName(
  db: Db,
  organizationId: string,
  projectId: string,
): Promise<ProjectName | undefined> {
  const project = await projects.findProject(db, organizationId, projectId);
  return project && { id: project.id, name: project.name };
}
