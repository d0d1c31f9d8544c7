import type { Outcome } from "../domain/delivery/outcome.ts";
import { slackErrorCode } from "../lib/slack-error.ts";
import { getDirectoryRun } from "../queries/people/get-directory-run.ts";
import { advanceDirectoryRun } from "../usecases/people/advance-directory-run.ts";
import { savePeoplePage } from "../usecases/people/save-people-page.ts";
import { type Directory, pauseMs } from "./directory.ts";
import { memberOf, readSlackUsers } from "./slack-user.ts";

/** Slack recommends at most 200: https://docs.slack.dev/reference/methods/users.list */
const pageSize = 200;

/** Reads the next page of the workspace's people. The cursor is stored with each page, so a crash skips none. */
export async function readPeople(directory: Directory, organizationId: string): Promise<Outcome> {
  const { context, clientFor, faultOf } = directory;
  const run = await getDirectoryRun(context.db, organizationId, "people");
  if (run === undefined) return { kind: "done" };
  const cursor = run.next;
  const asOf = context.now();
  try {
    const asked = cursor === "" ? { limit: pageSize } : { limit: pageSize, cursor };
    const page = await clientFor(organizationId).users.list(asked);
    const people = readSlackUsers(page.members).map((user) => memberOf(user, organizationId));
    const next = page.response_metadata?.next_cursor || null;
    await savePeoplePage(context, { run, people, next, asOf });
    return next === null ? { kind: "done" } : { kind: "later", afterMs: pauseMs };
  } catch (error) {
    if (slackErrorCode(error) !== "invalid_cursor" || cursor === "") return faultOf(error);
    // The cursor has expired, so the run starts over.
    await advanceDirectoryRun(context, run, "");
    return { kind: "later", afterMs: pauseMs };
  }
}
