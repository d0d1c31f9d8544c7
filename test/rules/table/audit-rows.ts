import { desc, eq } from "drizzle-orm";
import { auditLog } from "../../../db/schema/index.ts";
import { saveMembers } from "../../../src/usecases/people/save-members.ts";
import type { Place } from "./place.ts";
import { accepted, type Row } from "./row.ts";

/** Returns who did what last, and from where, as the audit log has it. */
async function lastEntry({ stack }: Place): Promise<string> {
  const { context, organizationId } = stack.app;
  const [entry] = await context.db
    .select()
    .from(auditLog)
    .where(eq(auditLog.organizationId, organizationId))
    .orderBy(desc(auditLog.id))
    .limit(1);
  return `${entry?.action} by ${entry?.actor.kind} from ${entry?.surface}`;
}

export const auditRows: Row[] = [
  {
    ...{ rule: "R12", when: "a setting is changed", stored: lastEntry },
    slack: accepted(
      (at) => at.form([`Open ${at.name}`, "Edit Project"], { name: `${at.name} of Ada` }),
      "project.saved by member from slack",
    ),
    api: accepted((at) => at.put({ name: `${at.name} of CI` }), "project.saved by token from api"),
    seed: accepted(
      (at) => at.load({ projects: [{ slug: at.slug, name: `${at.name} of the file` }] }, { force: true }),
      "project.saved by system from seed",
    ),
    elsewhere: accepted(async ({ stack }) => {
      const { context, organizationId } = stack.app;
      const sam = { organizationId, id: stack.id("sam"), name: "Sam Newcomer", email: null, timeZone: "UTC" };
      await saveMembers(context, [{ ...sam, status: "guest" }], { surface: "job" });
      await saveMembers(context, [{ ...sam, status: "active" }], { surface: "job" });
      return "";
    }, "member.changed by system from job"),
  },
];
