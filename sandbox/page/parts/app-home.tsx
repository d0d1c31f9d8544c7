/** @jsxImportSource hono/jsx */

import { readerFor } from "../render/reader.ts";
import { Blocks } from "../render/render-blocks.tsx";
import { inView } from "../render/surface.ts";
import type { PageDeps } from "../routes/page-deps.ts";

/** The view that the bot last published for this person. https://docs.slack.dev/surfaces/app-home */
export function AppHome({ deps, userId }: { deps: PageDeps; userId: string }) {
  const { workspace } = deps.slack;
  const view = deps.slack.homeView(userId);
  return (
    <section
      class="app-home"
      id="home"
      data-part="home"
      data-view={view?.id}
      aria-label={`${workspace.bot.realName} Home`}
    >
      {view === undefined ? (
        <p class="nothing" role="status">
          {workspace.bot.realName} has published nothing here yet.
        </p>
      ) : (
        <>
          {view.problem !== undefined && (
            <p class="problem" role="alert">
              {view.problem}
            </p>
          )}
          <Blocks blocks={view.blocks} surface={inView(view, readerFor(workspace, userId))} />
        </>
      )}
    </section>
  );
}
