import { limits } from "../checks/limits.ts";
import { validateView } from "../checks/validate-blocks.ts";
import { viewObject } from "../people/payloads.ts";
import type { Json, StandInView } from "../types.ts";
import type { Context, Method } from "./method.ts";
import { objectArg, refuse, refuseProblems, required, SlackError, stringArg } from "./method.ts";

/** Returns the view of the call, or refuses it as Slack does. `of` is the open view that it replaces. */
export function contentOf(context: Context, given: unknown, type: "modal" | "home", of?: StandInView): Json {
  const view = objectArg({ ...context, args: { view: given } }, "view");
  if (view === undefined) refuse(context, "invalid_arguments", "wrongType", "view is not a JSON object");
  const size = Buffer.byteLength(JSON.stringify(view));
  if (size > limits.viewSize.max)
    refuse(context, "view_too_large", "viewSize", `view of ${size} bytes, at most ${limits.viewSize.max}`);
  refuseProblems(context, "invalid_arguments", validateView(view, type));
  const sameId = context.workspace.views.byExternalId(String(view.external_id ?? ""));
  if (sameId !== undefined && sameId !== of) throw new SlackError("duplicate_external_id");
  return view;
}

function exchange(context: Context) {
  const trigger = context.grants.exchange(required(context, "trigger_id"));
  if (typeof trigger === "string") throw new SlackError(trigger);
  return trigger;
}

/** Adds a modal to the person's stack, which holds at most three. */
export function pushView(context: Context, userId: string, content: Json, root: boolean): StandInView {
  const { views } = context.workspace;
  if (!root && views.isFull(userId))
    refuse(context, "push_limit_reached", "viewStack", `more than ${limits.viewStack.max} views in a stack`);
  return views.push(userId, content, root);
}

/**
 * A trigger from an open modal puts the new one on top of it. Source:
 * https://docs.slack.dev/reference/methods/views.open
 */
export const open: Method = {
  run(context) {
    const content = contentOf(context, context.args.view, "modal");
    const { userId, viewId } = exchange(context);
    const fromModal = context.workspace.views.stack(userId).some((view) => view.id === viewId);
    return { view: viewObject(context.workspace, pushView(context, userId, content, !fromModal)) };
  },
};

/** Source: https://docs.slack.dev/reference/methods/views.push */
export const push: Method = {
  run(context) {
    const content = contentOf(context, context.args.view, "modal");
    const { userId, viewId } = exchange(context);
    const isOpen = context.workspace.views.stack(userId).some((view) => view.id === viewId);
    if (!isOpen) throw new SlackError("not_found");
    return { view: viewObject(context.workspace, pushView(context, userId, content, false)) };
  },
};

function checkHash(context: Context, view: StandInView | undefined): void {
  const hash = stringArg(context, "hash");
  if (hash !== "" && view !== undefined && hash !== view.hash) throw new SlackError("hash_conflict");
}

/** Source: https://docs.slack.dev/reference/methods/views.update */
export const update: Method = {
  run(context) {
    const { views } = context.workspace;
    const id = stringArg(context, "view_id");
    const view = id !== "" ? views.byId(id) : views.byExternalId(stringArg(context, "external_id"));
    if (view === undefined) throw new SlackError("not_found");
    checkHash(context, view);
    const content = contentOf(context, context.args.view, view.type, view);
    return { view: viewObject(context.workspace, views.replace(view, content)) };
  },
};

/** Source: https://docs.slack.dev/reference/methods/views.publish */
export const publish: Method = {
  run(context) {
    const { workspace, manifest } = context;
    const userId = required(context, "user_id");
    if (!manifest.homeTab) throw new SlackError("not_enabled");
    const person = workspace.person(userId);
    if (person === undefined || person.deleted) throw new SlackError("user_not_found");
    const home = workspace.views.home(userId);
    checkHash(context, home);
    const content = contentOf(context, context.args.view, "home", home);
    return { view: viewObject(workspace, workspace.views.publish(userId, content)) };
  },
};
