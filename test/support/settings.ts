import { expect, vi } from "vitest";
import type { StandInView } from "../../sandbox/slack/index.ts";
import { type TestStack, textOf } from "./test-stack.ts";

type Option = { text: { text: string }; value: string };
type Element = {
  type: string;
  action_id?: string;
  text?: { text: string };
  accessibility_label?: string;
  value?: string;
  options?: Option[];
};
type Block = { type: string; accessory?: Element; element?: Element; elements?: Element[] };

export type SettingsEntry = "modal" | "home";

/**
 * Drives the settings as a person, in the modal or the Home: reads, clicks, and types by the visible words.
 */
export function openSettingsAs(stack: TestStack, name: string, entry: SettingsEntry) {
  const { slack } = stack;
  const id = stack.id(name);
  const view = (): StandInView => slack.topView(id) ?? stack.home(name);
  const text = () => textOf({ blocks: view().blocks });
  const elements = (): Element[] =>
    (view().blocks as Block[]).flatMap(({ accessory, element, elements: many }) =>
      [accessory, element, ...(many ?? [])].filter((element) => element !== undefined),
    );
  const button = (label: string): Element => {
    const buttons = elements().filter(({ type }) => type === "button");
    const labels = buttons.map((element) => element.accessibility_label ?? element.text?.text ?? "");
    const found = buttons.find((element, i) => labels[i] === label || element.text?.text === label);
    if (found === undefined) throw new Error(`No button ${label} in: ${text()}\n${labels.join(", ")}`);
    return found;
  };
  /** Returns the value of an option by its text. */
  const option = async (input: string, label: string): Promise<string> => {
    const element = await vi.waitFor(() => {
      const found = elements().find((element) => element.action_id === input);
      if (found === undefined) throw new Error(`There is no ${input}`);
      return found;
    });
    const options = element.type.endsWith("external_select")
      ? await slack.suggest(id, input, label)
      : element.options;
    const found = options?.find((element) => element.text.text === label);
    if (found === undefined) throw new Error(`${input} does not offer ${label}`);
    return found.value;
  };
  const waitForText = (words: string | RegExp) =>
    vi.waitFor(() => expect(text()).toMatch(typeof words === "string" ? plainly(words) : words), {
      timeout: 15_000,
    });
  /** Waits for the open form. */
  const form = (): Promise<StandInView> =>
    vi.waitFor(() => {
      const view = slack.topView(id);
      if (view === undefined || view.submit === null) throw new Error(`${name} has no form open`);
      return view;
    });
  return {
    form,
    view,
    text,
    waitForText,
    option,
    button,
    buttons: () => elements().map((element) => element.accessibility_label ?? element.text?.text ?? ""),
    /** Opens Settings › Projects. */
    async open() {
      if (entry === "home") {
        await stack.openHome(name);
        await stack.pressHome(name, "go_settings");
      } else {
        await slack.command(id, "/promotion-settings");
      }
      await this.press("Show Projects");
      await vi.waitFor(() => button("Projects, shown now"), { timeout: 15_000 });
    },
    /** Clicks a button, once it is there. */
    async press(label: string) {
      const { action_id: actionId = "", value } = await vi.waitFor(() => button(label), { timeout: 15_000 });
      const target = { actionId, ...(value !== undefined && { value }) };
      return slack.topView(id) === undefined ? slack.clickHome(id, target) : slack.clickView(id, target);
    },
    /** Fills in the open form and submits it. Returns the errors that it shows, by field. */
    async submit(values: Record<string, string | string[]> = {}): Promise<Record<string, string>> {
      const view = await form();
      const answer = await slack.submit(id, values);
      if (answer.error !== undefined && answer.error !== "input_invalid") throw new Error(answer.error);
      return slack.topView(id)?.id === view.id ? (slack.topView(id)?.errors ?? {}) : {};
    },
    /** Closes every open modal. */
    async close() {
      while (slack.topView(id)) await slack.closeView(id);
    },
  };
}

const plainly = (words: string): RegExp => new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
