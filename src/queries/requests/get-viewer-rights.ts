import { findIntegration } from "../../../db/catalog/integrations.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { isAdmin } from "../../domain/people/admin.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { mayCancel } from "../../domain/requests/cancel.ts";
import { requestEligibility, reviewEligibility } from "../../domain/requests/eligibility.ts";
import { mayEndAttempt } from "../../domain/requests/end-attempt.ts";
import { requesters } from "../../domain/requests/request.ts";
import { member } from "../../domain/shared/actor.ts";
import type { RequestView, ViewerRights } from "./request-view.ts";

/** Returns what a person may do with a request now. The rules decide again when they do it. */
export async function getViewerRights(
  db: Db,
  view: RequestView,
  viewerId: MemberId,
  now: Date,
): Promise<ViewerRights> {
  const { organizationId, number } = view;
  const [workflow, facts, request, found, people] = await Promise.all([
    workflows.current(db, organizationId),
    members.findFacts(db, organizationId, viewerId),
    requests.find(db, organizationId, number),
    findIntegration(db, organizationId, view.integration.id),
    members.findMany(db, organizationId, [viewerId, view.requester.id]),
  ]);
  if (request === undefined || found === undefined) throw new Error(`Request #${number} does not exist`);
  const viewer = facts ?? { id: viewerId, status: "stranger" as const, holdings: [] };
  const admin = facts !== undefined && isAdmin(facts);
  const reviewed = { projectId: request.projectId, requesters: requesters(request) };
  const review = reviewEligibility(viewer, reviewed, workflow);
  const promote = requestEligibility(viewer, found.project);
  const cancellerFacts = {
    admin,
    reviewer: review.eligible,
    mayRequest: promote.eligible,
    requesterDeactivated: people.get(view.requester.id)?.status === "deactivated",
  };
  const isRequester = requesters(request).includes(viewerId);
  return {
    viewerId,
    isRequester,
    admin,
    review,
    reviewed: view.reviews.find((given) => given.reviewer.id === viewerId) ?? null,
    cancel: mayCancel(request, member(viewerId), cancellerFacts, now),
    cancelNeedsReason: !isRequester,
    endAttempt: mayEndAttempt(request, member(viewerId), { admin }, now),
    promote,
    timeZone: people.get(viewerId)?.timeZone ?? "UTC",
  };
}
