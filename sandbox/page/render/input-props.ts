import { isJson, textOf } from "../../slack/checks/elements.ts";
import type { Json } from "../../slack/types.ts";
import { domId } from "./dom-id.ts";
import type { Place } from "./render-place.ts";

export type InputProps = {
  element: Json;
  blockId: string;
  place: Place;
  /**
   * Ids of the elements that label and describe the control. Without a label, the placeholder is the name.
   */
  labelledBy?: string | undefined;
  describedBy?: string | undefined;
  isInvalid?: boolean;
};

/** Returns the element id of a control, which stays the same as long as its block_id and action_id do. */
export const inputId = ({ element, blockId, place }: Pick<InputProps, "element" | "blockId" | "place">) =>
  domId(place.id, blockId, textOf(element.action_id));

/** Returns the text of a text object, unformatted. */
export const plainText = (text: unknown) => (isJson(text) ? textOf(text.text) : "");
