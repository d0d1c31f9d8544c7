/** @jsxImportSource hono/jsx */
import { isJson, list, textOf } from "../../slack/checks/elements.ts";
import type { Json } from "../../slack/types.ts";
import { domId } from "./dom-id.ts";
import { plainText } from "./input-props.ts";
import { Text } from "./render-mrkdwn.tsx";
import type { Surface } from "./surface.ts";

type Props = { element: Json; blockId: string; surface: Surface };

/** A button, with Slack's confirmation dialog if it has one. */
export function Button({ element, blockId, surface }: Props) {
  const id = domId(surface.id, blockId, textOf(element.action_id));
  const confirm = isJson(element.confirm) ? element.confirm : undefined;
  const address = textOf(element.url);
  const style = ["primary", "danger"].includes(textOf(element.style)) ? textOf(element.style) : "default";
  return (
    <span class="control">
      <button
        id={id}
        type="button"
        class={`button ${style}`}
        data-act="click"
        data-action-id={textOf(element.action_id)}
        data-block-id={blockId}
        data-value={textOf(element.value)}
        data-url={/^https?:\/\//i.test(address) ? address : undefined}
        data-confirm={confirm && `${id}.confirm`}
        aria-haspopup={confirm && "dialog"}
        aria-label={textOf(element.accessibility_label) || undefined}
      >
        {plainText(element.text)}
      </button>
      {confirm && <Confirm id={`${id}.confirm`} confirm={confirm} surface={surface} />}
    </span>
  );
}

/** https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
function Confirm({ id, confirm, surface }: { id: string; confirm: Json; surface: Surface }) {
  const style = confirm.style === "danger" ? "danger" : "primary";
  return (
    <dialog id={id} class="confirm" aria-labelledby={`${id}.title`} aria-describedby={`${id}.text`}>
      {/* Not a form, because a modal around it is one and forms cannot be nested. */}
      <div>
        <h2 id={`${id}.title`}>{plainText(confirm.title)}</h2>
        <div id={`${id}.text`}>
          <Text of={confirm.text} reader={surface.reader} />
        </div>
        <div class="dialog-buttons">
          <button type="button" class="button default" data-answer="deny">
            {plainText(confirm.deny) || "Cancel"}
          </button>
          <button type="button" class={`button ${style}`} data-answer="confirm">
            {plainText(confirm.confirm) || "Confirm"}
          </button>
        </div>
      </div>
    </dialog>
  );
}

/** An overflow menu (three dots). */
export function Overflow({
  element,
  blockId,
  surface,
  describedBy,
}: Props & { describedBy?: string | undefined }) {
  const id = domId(surface.id, blockId, textOf(element.action_id));
  const confirm = isJson(element.confirm) ? element.confirm : undefined;
  return (
    <span class="control">
      <details id={id} class="overflow">
        <summary class="button default" aria-label="More actions" aria-describedby={describedBy}>
          ⋯
        </summary>
        <div class="menu">
          {list(element.options).map((option, index) => (
            <button
              key={textOf(option.value)}
              id={`${id}.${index}`}
              type="button"
              data-act="click"
              data-action-id={textOf(element.action_id)}
              data-block-id={blockId}
              data-url={/^https?:\/\//i.test(textOf(option.url)) ? textOf(option.url) : undefined}
              data-value={textOf(option.value)}
              data-confirm={confirm && `${id}.confirm`}
            >
              {plainText(option.text)}
            </button>
          ))}
        </div>
      </details>
      {confirm && <Confirm id={`${id}.confirm`} confirm={confirm} surface={surface} />}
    </span>
  );
}
