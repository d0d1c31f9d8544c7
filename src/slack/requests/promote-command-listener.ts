import type { App } from "@slack/bolt";
import type { KnownBlock } from "@slack/types";
import { z } from "zod";
import { cleanName } from "../../domain/shared/clean-text.ts";
import {
  findNamed,
  findTarget,
  type IntegrationChoice,
  type Named,
} from "../../queries/catalog/find-integrations.ts";
import { button, section } from "../blocks/blocks.ts";
import { onClick } from "../kernel/click.ts";
import { valueCodec } from "../kernel/codec.ts";
import { type Command, type CommandReply, type Ephemeral, onCommand } from "../kernel/command.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import { shortName } from "../words/names.ts";
import { cutTo, escapeWithin, nameList, unescaped } from "../words/text.ts";
import { drawRequestModal, type RequestDraft } from "./request-views.ts";

/** Listens to `/promote [project/]integration [target environment]` and `/promote help`. */
export function listenToPromoteCommand(app: App, deps: SlackDeps): void {
  onCommand(app, deps, {
    name: ids.command.promote,
    work: (command) => openRequest(deps, command),
    help,
  });
  onClick(app, deps, ids.action.chooseIntegration, async (click) => {
    const { organizationId, triggerId } = click;
    const { integrationId, target } = integrationChoice.read(click.value);
    const named = await findTarget(deps.context.db, organizationId, integrationId, target);
    const view = await drawRequestModal(deps, click, draftOf(named));
    return { followUp: () => deps.viewsFor(organizationId).open(triggerId, view) };
  });
}

/** The integration and the typed target, in the value of a **Choose** button. */
const integrationChoice = valueCodec(z.object({ integrationId: z.string(), target: z.string() }));

/** Opens the request modal, or answers which integrations may be meant. */
async function openRequest(deps: SlackDeps, command: Command): Promise<CommandReply> {
  const text = unescaped(command.text).trim();
  const named = text === "" ? null : await findNamed(deps.context.db, command.organizationId, text);
  if (named?.kind === "many") return { answer: manyFound(named) };
  if (named?.kind === "none") return { answer: noneFound(named) };
  return { answer: { modal: await drawRequestModal(deps, command, draftOf(named)) } };
}

/** Returns what the request modal begins with; nothing if no integration was named or found. */
function draftOf(named: Exclude<Named, { kind: "many" | "none" }> | null | undefined): RequestDraft {
  if (named === null || named === undefined) return { integrationId: null, targetId: null };
  if (named.kind === "one") return { integrationId: named.integration.id, targetId: named.targetId };
  const { integration, wanted, environments } = named;
  const project = shortName(integration.projectName);
  const possible =
    environments.length === 0 ? "" : ` You can promote to ${nameList(environments.map(shortName))}.`;
  const notice = `Nothing can be promoted to “${cutTo(cleanName(wanted), 100)}” in ${project}.${possible}`;
  return { integrationId: integration.id, targetId: null, notice };
}

const helpText = [
  "*Signoff* brings what is live in one environment to the next one, after a review.",
  "`/promote` opens the dialog.",
  "`/promote orders-sync` opens it for an integration; `/promote commerce/orders-sync` says in which project.",
  "`/promote orders-sync production` says to which environment.",
  "Your own card in this app's messages shows how a request stands; press *Promote* there once it is approved.",
].join("\n");

const help: Ephemeral = { text: helpText, blocks: [section(helpText)] };

/** Quotes what somebody typed. */
const quoted = (typed: string) => escapeWithin(cleanName(typed), 200);

function manyFound(named: Extract<Named, { kind: "many" }>): Ephemeral {
  const text = `“${quoted(named.name)}” is in ${named.integrations.length} projects. Which one do you mean?`;
  return { text, blocks: choiceBlocks(text, named.integrations, named.target) };
}

function noneFound(named: Extract<Named, { kind: "none" }>): Ephemeral {
  const what = `There is no integration “${quoted(named.name)}” here.`;
  if (named.similar.length === 0) {
    const text = `${what} \`/promote\` alone lets you search; \`/promote help\` explains.`;
    return { text, blocks: [section(text)] };
  }
  const text = `${what} Did you mean one of these?`;
  return { text, blocks: choiceBlocks(text, named.similar, "") };
}

/** Offers at most ten integrations, each in a block of its own: an action_id is unique within a block. */
function choiceBlocks(
  text: string,
  integrations: readonly IntegrationChoice[],
  target: string,
): KnownBlock[] {
  const shown = integrations.slice(0, 10);
  const more =
    integrations.length > shown.length ? " Or say its project: `/promote project/integration`." : "";
  return [
    section(text + more),
    ...shown.map((integration) => {
      const name = shortName(integration.name);
      const project = shortName(integration.projectName);
      const value = { integrationId: integration.id, target: target.slice(0, 300) };
      return section(
        `*${escapeWithin(name, 300)}* · ${escapeWithin(project, 300)}`,
        button(ids.action.chooseIntegration, "Choose", integrationChoice.write(value), {
          label: `${name} in ${project}`,
        }),
      );
    }),
  ];
}
