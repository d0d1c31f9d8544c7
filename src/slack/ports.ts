import type { ModalView } from "@slack/types";
import type { Context } from "../usecases/context.ts";

export type Log = { warn(facts: object, message: string): void; error(facts: object, message: string): void };

/** What the listeners are given. */
export type Ports = {
  context: Context;
  /** Makes sure that we know who acts; see directory/. */
  knowMember(organizationId: string, userId: string): Promise<void>;
  viewsFor(organizationId: string): Views;
  log: Log;
  /** How long a listener may take before it says that it could not confirm, in milliseconds; inside Slack's 3 s. */
  answerWithinMs: number;
};

/** `views.*` of one workspace. Each rejects where Slack refuses or is slow: nobody waits for a dialog. */
export type Views = {
  open(triggerId: string, view: ModalView): Promise<void>;
  push(triggerId: string, view: ModalView): Promise<void>;
  update(viewId: string, hash: string | undefined, view: ModalView): Promise<void>;
};
