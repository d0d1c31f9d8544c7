import type { App, BlockSuggestion } from "@slack/bolt";
import type { PlainTextOption } from "@slack/types";
import type { SlackDeps } from "./deps.ts";
import { reportFault } from "./faults.ts";
import { type FormValues, readFormValues } from "./form-values.ts";
import { runInTime } from "./run.ts";

/** A search in a select whose options Signoff supplies. */
export type Suggest = {
  organizationId: string;
  userId: string;
  /** What was typed so far, at most 200 characters. */
  typed: string;
  /** The view that has the select; null in a message. Slack may send its values empty or outdated. */
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
      reportFault(deps, error, { actionId }, "A search for options failed");
      return whenFailed(suggest.typed);
    });
    await ack({ options });
  });
}

function readSuggest({ user, value, view }: BlockSuggestion, organizationId: string): Suggest {
  return {
    organizationId,
    userId: user.id,
    typed: value.slice(0, 200),
    view:
      view === undefined
        ? null
        : { metadata: view.private_metadata, form: readFormValues(view.state.values) },
  };
}
