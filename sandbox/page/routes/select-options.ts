import { optionsOf, placedElements, textOf } from "../../slack/checks/elements.ts";
import type { Json, Option, SlackStandIn } from "../../slack/types.ts";
import { listedChannels, listedPeople } from "./select-rows.ts";

type Query = { actionId: string; blockId?: string | undefined; typed: string };

const plain = (text: string) => ({ type: "plain_text", text });

/**
 * Returns the options of a searchable select for a typed text. The bot answers for external selects. Slack's
 * client lists people, channels, and the options in the view.
 */
export async function selectOptions(slack: SlackStandIn, userId: string, query: Query): Promise<Option[]> {
  const { actionId, blockId, typed } = query;
  const element = elementOf(slack, userId, query);
  if (textOf(element.type).endsWith("external_select"))
    return slack.suggest(userId, actionId, typed, blockId);
  const words = typed.toLowerCase().split(/\s+/);
  return clientOptions(slack, element).filter(({ text, description }) => {
    const label = `${textOf(text.text)} ${textOf(description?.text)}`.toLowerCase();
    return words.every((word) => label.includes(word));
  });
}

function clientOptions({ workspace }: SlackStandIn, element: Json): Option[] {
  const type = textOf(element.type);
  const rows = type.endsWith("users_select")
    ? listedPeople(workspace)
    : /(channels|conversations)_select$/.test(type)
      ? listedChannels(workspace)
      : undefined;
  if (rows === undefined) return optionsOf(element);
  return rows.map(({ id, name, note }) => ({
    value: id,
    text: plain(name),
    ...(note !== "" && { description: plain(note) }),
  }));
}

function elementOf({ topView, homeView }: SlackStandIn, userId: string, { actionId, blockId }: Query): Json {
  const blocks = (topView(userId) ?? homeView(userId))?.blocks ?? [];
  const found = placedElements(blocks).find(
    (placed) => placed.actionId === actionId && (blockId ?? placed.blockId) === placed.blockId,
  );
  if (found === undefined) throw new Error(`${actionId} is not there any more`);
  return found.element;
}
