import type { KnownBlock } from "@slack/types";
import type { MemberId } from "../../domain/people/people.ts";
import { getAdmins } from "../../queries/people/get-admins.ts";
import { listRoles } from "../../queries/people/get-roles.ts";
import { listTokens } from "../../queries/tokens/get-tokens.ts";
import { getWorkflowSummary } from "../../queries/workflow/get-workflow.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { drawProjects } from "./catalog/draw-projects.ts";
import { roleListBlocks, rolesPerPage } from "./people/roles-view.ts";
import type { SettingsLocation } from "./settings-location.ts";
import { notAdminBlocks, sectionBar } from "./settings-view.ts";
import { tokenListBlocks, tokensPerPage } from "./tokens/tokens-view.ts";
import { workflowBlocks } from "./workflow/workflow-view.ts";

/**
 * Returns the settings as blocks, for the modal of `/promotion-settings` and for the Settings tab of the App Home: the
 * bar of sections and the chosen section. A person who is not an admin reads who the admins are (R13).
 *
 * This file and what it draws import no listeners, so that the Home can import it.
 */
export async function drawSettings(
  deps: SlackDeps,
  organizationId: string,
  userId: MemberId,
  location: SettingsLocation,
): Promise<KnownBlock[]> {
  const { isAdmin, admins } = await getAdmins(deps.context.db, organizationId, userId);
  if (!isAdmin) return notAdminBlocks(admins);
  return [...sectionBar(location.section), ...(await drawSection(deps, organizationId, location))];
}

async function drawSection(
  deps: SlackDeps,
  organizationId: string,
  location: SettingsLocation,
): Promise<KnownBlock[]> {
  const { db } = deps.context;
  switch (location.section) {
    case "workflows":
      return workflowBlocks(await getWorkflowSummary(db, organizationId));
    case "roles": {
      const page = location.page ?? 0;
      const { roles, total } = await listRoles(db, organizationId, page, rolesPerPage);
      return roleListBlocks(roles, page, total);
    }
    case "projects":
      return drawProjects(deps, organizationId, location);
    case "tokens": {
      const page = location.page ?? 0;
      const now = deps.context.now();
      const list = await listTokens(db, organizationId, page, tokensPerPage, now);
      return tokenListBlocks(list.tokens, list.page, list.total);
    }
  }
}
