/** @jsxImportSource hono/jsx */
import type { StandInView } from "../../slack/types.ts";
import { Icon } from "../parts/icons.tsx";
import type { PageDeps } from "../routes/page-deps.ts";
import { plainText } from "./input-props.ts";
import { readerFor } from "./reader.ts";
import { Blocks } from "./render-blocks.tsx";
import { inView } from "./surface.ts";

/** The top modal of this person. Empty if none is open. */
export function View({ deps, userId }: { deps: PageDeps; userId: string }) {
  const view = deps.slack.topView(userId);
  return (
    <div id="view" data-part="view">
      {view && <Modal deps={deps} view={view} depth={deps.slack.workspace.views.stack(userId).length} />}
    </div>
  );
}

/** https://docs.slack.dev/surfaces/modals */
function Modal({ deps, view, depth }: { deps: PageDeps; view: StandInView; depth: number }) {
  const id = `v-${view.id}`;
  const submit = plainText(view.submit);
  return (
    <dialog id={id} class="modal" aria-labelledby={`${id}-title`} data-view={view.id} data-depth={depth}>
      <form novalidate data-form="view" autocomplete="off">
        <header>
          {depth > 1 && (
            <button type="button" class="plain-icon" data-act="close" aria-label="Back">
              <Icon name="back" />
            </button>
          )}
          <h2 id={`${id}-title`} tabindex={-1}>
            {plainText(view.title)}
          </h2>
          <button type="button" class="plain-icon" data-act="dismiss" aria-label="Dismiss">
            <Icon name="cross" />
          </button>
        </header>
        <div class="modal-body">
          {view.problem !== undefined && (
            <p class="problem" role="alert">
              {view.problem}
            </p>
          )}
          <Blocks blocks={view.blocks} surface={inView(view, readerFor(deps.slack.workspace, view.userId))} />
        </div>
        <footer>
          <button type="button" class="button default" data-act="close">
            {plainText(view.close) || (submit === "" ? "Close" : "Cancel")}
          </button>
          {submit !== "" && (
            <button type="submit" id={`${id}-submit`} class="button primary">
              {submit}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}
