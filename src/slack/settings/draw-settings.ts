import type { KnownBlock } from "@slack/types";
import type { MemberId } from "../../domain/people/people.ts";
import { getAdmins } from "../../queries/people/get-admins.ts";
import { listRoles } from "../../queries/people/get-roles.ts";
import { listTokens } from "../../queries/tokens/get-tokens.ts";
import { getWorkflowSummary } from "../../queries/workflow/get-workflow.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { projectsBlocks } from "./catalog/draw-projects.ts";
import { roleListBlocks, rolesPerPage } from "./people/roles-view.ts";
import { notAdminBlocks, sectionBar } from "./settings-view.ts";
import { tokenListBlocks, tokensPerPage } from "./tokens/tokens-view.ts";
import { workflowBlocks } from "./workflow/workflow-view.ts";

/** Where somebody is in the settings. It is kept for the Home: small, and of constants and ids. */
export type SettingsLocation = {
  section: "workflows" | "roles" | "projects" | "tokens";
  page?: number;
  projectId?: string;
};

/**
 * The settings as blocks, for the modal of `/promotion-settings` and for the Settings tab of the App Home: the bar of
 * sections, and the chosen one. Who is not an admin reads who is (R13).
 *
 * This file and what it draws know nothing of listeners, so that the Home may import it; see settings.ts for the rest.
 */
export async function drawSettings(
  ports: SlackDeps,
  organizationId: string,
  userId: MemberId,
  place: SettingsLocation,
): Promise<KnownBlock[]> {
  const { isAdmin, admins } = await getAdmins(ports.context.db, organizationId, userId);
  if (!isAdmin) return notAdminBlocks(admins);
  return [...sectionBar(place.section), ...(await drawSection(ports, organizationId, place))];
}

async function drawSection(
  ports: SlackDeps,
  organizationId: string,
  place: SettingsLocation,
): Promise<KnownBlock[]> {
  const { db } = ports.context;
  switch (place.section) {
    case "workflows":
      return workflowBlocks(await getWorkflowSummary(db, organizationId));
    case "roles": {
      const page = place.page ?? 0;
      const { roles, total } = await listRoles(db, organizationId, page, rolesPerPage);
      return roleListBlocks(roles, page, total);
    }
    case "projects":
      return projectsBlocks(ports, organizationId, place);
    case "tokens": {
      const { tokens, page, total } = await listTokens(db, organizationId, place.page ?? 0, tokensPerPage);
      return tokenListBlocks(tokens, page, total);
    }
  }
}
