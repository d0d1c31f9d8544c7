import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  Context,
  SlackActionMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from "@slack/bolt";
import type { CallWatch } from "../../metrics/metrics.ts";

export type ClickArgs = SlackActionMiddlewareArgs<BlockAction> & AllMiddlewareArgs;
export type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs;

type Listener<Args> = (args: Args) => Promise<void>;
type Routes = { clicks: Map<string, Listener<ClickArgs>>; submissions: Map<string, Listener<SubmitArgs>> };

const routesByApp = new WeakMap<App, Routes>();

/**
 * Returns the routes of an app. Bolt offers each request to every listener in turn, which with sixty listeners took an
 * eighth of a decision's time. So it gets one listener for all clicks and one for all submissions, which find theirs by
 * id. A request without a listener is not acknowledged.
 */
function routesOf(app: App): Routes {
  const existing = routesByApp.get(app);
  if (existing !== undefined) return existing;
  const routes: Routes = { clicks: new Map(), submissions: new Map() };
  app.action<BlockAction>({ type: "block_actions" }, async (args) =>
    routes.clicks.get(args.body.actions[0]?.action_id ?? "")?.(args),
  );
  app.view<ViewSubmitAction>({ type: "view_submission" }, async (args) =>
    routes.submissions.get(args.body.view.callback_id)?.(args),
  );
  routesByApp.set(app, routes);
  return routes;
}

/** Adds the one listener of an action. Throws if there is one. */
export function routeClick(app: App, actionId: string, listener: Listener<ClickArgs>): void {
  add(routesOf(app).clicks, actionId, listener);
}

/** Adds the one listener of a kind of modal. Throws if there is one. */
export function routeSubmission(app: App, callbackId: string, listener: Listener<SubmitArgs>): void {
  add(routesOf(app).submissions, callbackId, listener);
}

function add<Args>(routes: Map<string, Listener<Args>>, id: string, listener: Listener<Args>): void {
  if (routes.has(id)) throw new Error(`${id} has a listener already`);
  routes.set(id, listener);
}

/** Returns what measures this call from Slack; the receiver put it into the context. */
export const watchOf = (context: Context): CallWatch => context.watch as CallWatch;
