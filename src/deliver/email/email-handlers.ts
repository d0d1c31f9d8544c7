import type { Handlers } from "../../outbox/handlers.ts";
import { reportsUndelivered, reportsUntold } from "../follow-up-handlers.ts";
import { sendAdminEmail } from "./send-admin-email.ts";
import { type EmailDeps, sendEmail } from "./send-notice-email.ts";

/** Returns the handlers that send emails. */
export function emailHandlers(deps: EmailDeps): Pick<Handlers, "send-email" | "send-admin-email"> {
  return {
    "send-email": { run: (item) => sendEmail(deps, item), ...reportsUndelivered(deps.context) },
    "send-admin-email": { run: (item) => sendAdminEmail(deps, item), ...reportsUntold(deps.context) },
  };
}
