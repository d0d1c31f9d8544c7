import { isJson, textOf } from "../../slack/checks/elements.ts";
import type { Json } from "../../slack/types.ts";
import { domId } from "./dom-id.ts";
import type { Place } from "./render-place.ts";

export type InputProps = {
  element: Json;
  blockId: string;
  place: Place;
  /** Ids of what names and describes the control; without a name its placeholder names it. */
  labelledBy?: string | undefined;
  describedBy?: string | undefined;
  isInvalid?: boolean;
};

/** The id of a control on the page: the same as long as its block_id and action_id are. */
export const inputId = ({ element, blockId, place }: Pick<InputProps, "element" | "blockId" | "place">) =>
  domId(place.id, blockId, textOf(element.action_id));

/** The text of a text object, as it is. */
export const plainText = (text: unknown) => (isJson(text) ? textOf(text.text) : "");
