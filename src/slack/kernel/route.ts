import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  SlackActionMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from "@slack/bolt";

export type ClickArgs = SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs;
export type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs;

type Listen<Args> = (args: Args) => Promise<void>;
type Routes = { clicks: Map<string, Listen<ClickArgs>>; submissions: Map<string, Listen<SubmitArgs>> };

const known = new WeakMap<App, Routes>();

/**
 * Bolt asks every listener in turn whether a request is for it, which with sixty of them took an eighth of a decision's
 * time. So it has one for all clicks and one for all submissions, which look theirs up. What nobody listens to is not
 * acknowledged here.
 */
function routesOf(app: App): Routes {
  const routes = known.get(app);
  if (routes !== undefined) return routes;
  const clicks: Routes["clicks"] = new Map();
  const submissions: Routes["submissions"] = new Map();
  app.action<BlockAction>({ type: "block_actions" }, async (args) =>
    clicks.get(args.body.actions[0]?.action_id ?? "")?.(args),
  );
  app.view<ViewSubmitAction>({ type: "view_submission" }, async (args) =>
    submissions.get(args.body.view.callback_id)?.(args),
  );
  const made = { clicks, submissions };
  known.set(app, made);
  return made;
}

/** One listener per action. */
export function routeClick(app: App, actionId: string, listen: Listen<ClickArgs>): void {
  add(routesOf(app).clicks, actionId, listen);
}

/** One listener per kind of modal. */
export function routeSubmission(app: App, callbackId: string, listen: Listen<SubmitArgs>): void {
  add(routesOf(app).submissions, callbackId, listen);
}

function add<Args>(routes: Map<string, Listen<Args>>, id: string, listen: Listen<Args>): void {
  if (routes.has(id)) throw new Error(`Two listeners for ${id}`);
  routes.set(id, listen);
}
