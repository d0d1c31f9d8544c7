import type { App, RespondArguments } from "@slack/bolt";
import type { KnownBlock } from "@slack/types";
import { z } from "zod";
import {
  findNamed,
  findTarget,
  type IntegrationChoice,
  type Named,
} from "../../queries/catalog/find-integrations.ts";
import { valueCodec } from "../kernel/codec.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import { faultWords, onClick, within } from "../kernel/interaction.ts";
import { cutTo, escapeWithin, mrkdwn, nameList, plain, unescaped } from "../words/text.ts";
import { shortName } from "../words/words.ts";
import { drawRequestModal } from "./request-views.ts";

/** `/promote [project/]integration [target environment]`, `/promote help`. */
export function listenToPromoteCommand(app: App, ports: SlackDeps): void {
  app.command(ids.command.promote, async ({ ack, body, context }) => {
    const organizationId = context.teamId ?? "";
    const asked = {
      organizationId,
      userId: body.user_id,
      triggerId: body.trigger_id,
      text: unescaped(body.text).trim(),
    };
    const answer = await within(ports, carryOut(ports, asked)).catch((error) => {
      ports.log.error({ err: error }, "a command was not carried out");
      return ephemeral(faultWords(error));
    });
    await (answer === undefined ? ack() : ack(answer));
  });
  onClick(app, ports, ids.action.chooseIntegration, async (click) => {
    const { integrationId, target } = integrationChoice.read(click.value);
    const { organizationId, userId, triggerId } = click;
    const named = await findTarget(ports.context.db, organizationId, integrationId, target);
    const view = await drawRequestModal(ports, organizationId, userId, chosen(named));
    return () => ports.viewsFor(organizationId).open(triggerId, view);
  });
}

/** The integration and the typed target, in the value of a **Choose** button. */
const integrationChoice = valueCodec(z.object({ integrationId: z.string(), target: z.string() }));

type Asked = { organizationId: string; userId: string; triggerId: string; text: string };

/** Opens the modal and answers nothing, or answers privately. */
async function carryOut(ports: SlackDeps, asked: Asked): Promise<RespondArguments | undefined> {
  const { organizationId, userId, triggerId, text } = asked;
  if (/^help$/i.test(text)) return help();
  await ports.knowMember(organizationId, userId);
  const named = text === "" ? null : await findNamed(ports.context.db, organizationId, text);
  if (named?.kind === "many") return many(named);
  if (named?.kind === "none") return none(named);
  const view = await drawRequestModal(ports, organizationId, userId, chosen(named));
  try {
    await ports.viewsFor(organizationId).open(triggerId, view);
    return undefined;
  } catch (error) {
    ports.log.warn({ err: error }, "a modal was not opened");
    return ephemeral("Slack did not open the dialog. Nothing was changed, try again.");
  }
}

function chosen(named: Exclude<Named, { kind: "many" | "none" }> | null | undefined) {
  if (named == null) return { integrationId: null, targetId: null };
  if (named.kind === "one") return { integrationId: named.integration.id, targetId: named.targetId };
  const { integration, wanted, environments } = named;
  const project = shortName(integration.projectName);
  const possible =
    environments.length === 0 ? "" : ` You can promote to ${nameList(environments.map(shortName))}.`;
  const notice = `Nothing can be promoted to “${cutTo(wanted, 100)}” in ${project}.${possible}`;
  return { integrationId: integration.id, targetId: null, notice };
}

const ephemeral = (text: string, blocks?: KnownBlock[]): RespondArguments => ({
  response_type: "ephemeral",
  text,
  ...(blocks ? { blocks } : {}),
});

function help(): RespondArguments {
  const lines = [
    "*Signoff* brings what is live in one environment to the next one, after a review.",
    "`/promote` opens the dialog.",
    "`/promote orders-sync` opens it for an integration; `/promote commerce/orders-sync` says in which project.",
    "`/promote orders-sync production` says to which environment.",
    "Your own card in this app's messages shows how a request stands; press *Promote* there once it is approved.",
  ];
  return ephemeral(lines.join("\n"), [{ type: "section", text: mrkdwn(lines.join("\n")) }]);
}

/** What somebody typed, said back: a backtick in it would turn our own words after it into code. */
const echoed = (typed: string) => escapeWithin(typed.replace(/`/g, "'"), 200);

function many(named: Extract<Named, { kind: "many" }>): RespondArguments {
  const text = `“${echoed(named.name)}” is in ${named.integrations.length} projects. Which one do you mean?`;
  return ephemeral(text, choices(text, named.integrations, named.target));
}

function none(named: Extract<Named, { kind: "none" }>): RespondArguments {
  const what = `There is no integration “${echoed(named.name)}” here.`;
  if (named.similar.length === 0) {
    const text = `${what} \`/promote\` alone lets you search; \`/promote help\` explains.`;
    return ephemeral(text, [{ type: "section", text: mrkdwn(text) }]);
  }
  return ephemeral(
    `${what} Did you mean one of these?`,
    choices(`${what} Did you mean one of these?`, named.similar, ""),
  );
}

/** At most ten; who means another one names its project. A block each: action ids are unique within a block. */
function choices(text: string, integrations: readonly IntegrationChoice[], target: string): KnownBlock[] {
  const shown = integrations.slice(0, 10);
  const more =
    integrations.length > shown.length ? " Or say its project: `/promote project/integration`." : "";
  return [
    { type: "section", text: mrkdwn(text + more) },
    ...shown.map((integration): KnownBlock => {
      const name = shortName(integration.name);
      const project = shortName(integration.projectName);
      const value = { integrationId: integration.id, target: target.slice(0, 300) };
      return {
        type: "section",
        text: mrkdwn(`*${escapeWithin(name, 300)}* · ${escapeWithin(project, 300)}`),
        accessory: {
          type: "button",
          action_id: ids.action.chooseIntegration,
          text: plain("Choose", 75),
          accessibility_label: plain(`${name} in ${project}`, 75).text,
          value: integrationChoice.write(value),
        },
      };
    }),
  ];
}
