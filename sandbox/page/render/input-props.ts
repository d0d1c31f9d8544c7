import { isJson, textOf } from "../../slack/checks/elements.ts";
import type { Json } from "../../slack/types.ts";
import { domId } from "./dom-id.ts";
import type { Surface } from "./surface.ts";

export type InputProps = {
  element: Json;
  blockId: string;
  surface: Surface;
  /**
   * Ids of the elements that label and describe the control. Without a label, the placeholder is the name.
   */
  labelledBy?: string | undefined;
  describedBy?: string | undefined;
  isInvalid?: boolean;
};

/** Returns the element id of a control, which stays the same as long as its block_id and action_id do. */
export const inputId = ({ element, blockId, surface }: Pick<InputProps, "element" | "blockId" | "surface">) =>
  domId(surface.id, blockId, textOf(element.action_id));

/** Returns the text of a text object, unformatted. */
export const plainText = (text: unknown) => (isJson(text) ? textOf(text.text) : "");
