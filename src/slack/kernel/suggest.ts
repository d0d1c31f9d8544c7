import type { App, BlockSuggestion } from "@slack/bolt";
import type { PlainTextOption } from "@slack/types";
import { option } from "../blocks/blocks.ts";
import { noAccessOption } from "../words/no-access.ts";
import { NoAccessError } from "./access.ts";
import type { SlackDeps } from "./deps.ts";
import { reportFault } from "./faults.ts";
import { type FormValues, formValues, readDrawn } from "./form-values.ts";
import { runInTime } from "./run.ts";

/** A search in a select whose options Signoff supplies. */
export type Suggest = {
  organizationId: string;
  userId: string;
  /** What was typed so far, at most 200 characters. */
  typed: string;
  /**
   * The view that has the select; null in a message. `form` is what the view was drawn with: Slack sends what is chosen in
   * it empty or outdated, so a choice that the options depend on must redraw the view.
   */
  view: { metadata: string; form: FormValues } | null;
};

type SuggestOptions = {
  actionId: string;
  /** Returns at most 100 options: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
  search: (suggest: Suggest) => Promise<PlainTextOption[]>;
  /** Returns the options where the search fails; there are none if it is left out. */
  whenFailed?: (typed: string) => PlainTextOption[];
};

/** Listens to the searches in a select. */
export function onSuggest(
  app: App,
  deps: SlackDeps,
  { actionId, search, whenFailed = () => [] }: SuggestOptions,
): void {
  app.options<"block_suggestion">(actionId, async ({ ack, payload, context }) => {
    const suggest = readSuggest(payload, context.teamId ?? "");
    const options = await runInTime(deps, suggest, () => search(suggest)).catch((error) => {
      if (error instanceof NoAccessError) {
        return [option({ text: noAccessOption(error.noAccess), value: "no-access" })];
      }
      reportFault(deps, error, { actionId }, "A search for options failed");
      return whenFailed(suggest.typed);
    });
    await ack({ options });
  });
}

function readSuggest(
  { user, value, view }: Partial<BlockSuggestion> & Pick<BlockSuggestion, "user">,
  organizationId: string,
): Suggest {
  return {
    organizationId,
    userId: user.id,
    typed: (value ?? "").slice(0, 200),
    view: view ? { metadata: view.private_metadata ?? "", form: formValues(readDrawn(view.blocks)) } : null,
  };
}
