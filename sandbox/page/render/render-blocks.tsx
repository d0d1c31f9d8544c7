/** @jsxImportSource hono/jsx */
import { isJson, list, textOf } from "../../slack/checks/elements.ts";
import type { Json } from "../../slack/types.ts";
import { domId } from "./dom-id.ts";
import { inputId } from "./input-props.ts";
import { Button, Overflow } from "./render-button.tsx";
import { Input } from "./render-input.tsx";
import { Mrkdwn, Text } from "./render-mrkdwn.tsx";
import type { Place } from "./render-place.ts";

/**
 * Renders the blocks of a message or a view like Slack does.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
export function Blocks({ blocks, place }: { blocks: Json[]; place: Place }) {
  return (
    <div class="blocks">
      {blocks.map((block) => (
        <Block key={textOf(block.block_id)} block={block} place={place} />
      ))}
    </div>
  );
}

type Props = { block: Json; place: Place };

function Block({ block, place }: Props) {
  const { reader } = place;
  switch (block.type) {
    case "header":
      return (
        <h3 class="block-header">
          <Text of={block.text} reader={reader} />
        </h3>
      );
    case "section":
      return <Section block={block} place={place} />;
    case "context":
      return <Context block={block} place={place} />;
    case "divider":
      return <hr />;
    case "actions":
      return (
        <div class="block-actions">
          {list(block.elements).map((element) => (
            <Element key={textOf(element.action_id)} element={element} block={block} place={place} />
          ))}
        </div>
      );
    case "image":
      return <Picture block={block} place={place} />;
    case "input":
      return <Field block={block} place={place} />;
    case "markdown":
      return <Mrkdwn text={textOf(block.text)} reader={reader} />;
    default:
      return <p class="unknown">This page does not draw blocks of type “{String(block.type)}”.</p>;
  }
}

function Section({ block, place }: Props) {
  const blockId = textOf(block.block_id);
  const textId = domId(place.id, blockId, "text");
  const fields = list(block.fields);
  // For screen readers: a button or menu next to a text belongs to that text.
  const isGroup = isJson(block.accessory) && block.accessory.type !== "image";
  const group = isGroup ? { role: "group", "aria-labelledby": textId } : {};
  return (
    <div class="block-section" {...group}>
      <div class="section-text" id={textId}>
        <Text of={block.text} reader={place.reader} />
        {fields.length > 0 && (
          <div class="fields">
            {fields.map((field) => (
              <div key={textOf(field.text)} class="field">
                <Text of={field} reader={place.reader} />
              </div>
            ))}
          </div>
        )}
      </div>
      {isJson(block.accessory) && (
        <div class="accessory">
          <Element element={block.accessory} block={block} place={place} labelledBy={textId} />
        </div>
      )}
    </div>
  );
}

function Context({ block, place }: Props) {
  return (
    <div class="block-context">
      {list(block.elements).map((element) =>
        element.type === "image" ? (
          <Image key={textOf(element.image_url)} element={element} />
        ) : (
          <span key={textOf(element.text)} class="context-text">
            <Text of={element} reader={place.reader} />
          </span>
        ),
      )}
    </div>
  );
}

/** An interactive element outside an input block, or an image. */
function Element(props: Props & { element: Json; labelledBy?: string }) {
  const { element, block, place, labelledBy } = props;
  const blockId = textOf(block.block_id);
  if (element.type === "button") return <Button element={element} blockId={blockId} place={place} />;
  if (element.type === "overflow")
    return <Overflow element={element} blockId={blockId} place={place} describedBy={labelledBy} />;
  if (element.type === "image") return <Image element={element} />;
  const isGroup = element.type === "radio_buttons" || element.type === "checkboxes";
  const named = isGroup || !isJson(element.placeholder) ? labelledBy : undefined;
  return (
    <span class="control">
      <Input element={element} blockId={blockId} place={place} labelledBy={named} />
    </span>
  );
}

function Image({ element }: { element: Json }) {
  const address = textOf(element.image_url);
  const alt = textOf(element.alt_text);
  return /^https?:\/\//i.test(address) ? <img src={address} alt={alt} loading="lazy" /> : <span>{alt}</span>;
}

function Picture({ block, place }: Props) {
  return (
    <figure class="block-image">
      {isJson(block.title) && (
        <figcaption>
          <Text of={block.title} reader={place.reader} />
        </figcaption>
      )}
      <Image element={block} />
    </figure>
  );
}

/** An input with its label, hint, and error. */
function Field({ block, place }: Props) {
  const element = isJson(block.element) ? block.element : {};
  const blockId = textOf(block.block_id);
  const id = inputId({ element, blockId, place });
  const error = place.errors[blockId];
  const hint = isJson(block.hint) ? block.hint : undefined;
  const isGroup = /^(radio_buttons|checkboxes)$/.test(textOf(element.type));
  const Label = isGroup ? "div" : "label";
  const describedBy = [error && `${id}.error`, hint && `${id}.hint`].filter(Boolean).join(" ");
  return (
    <div class={`block-input ${error ? "wrong" : ""}`}>
      <Label class="label" id={`${id}.label`} for={isGroup ? undefined : id}>
        <Text of={block.label} reader={place.reader} />
        {block.optional === true && <span class="optional"> (optional)</span>}
      </Label>
      <Input
        element={element}
        blockId={blockId}
        place={place}
        labelledBy={`${id}.label`}
        describedBy={describedBy || undefined}
        isInvalid={error !== undefined}
      />
      {error && (
        <p class="field-error" id={`${id}.error`} role="alert">
          {error}
        </p>
      )}
      {hint && (
        <div class="hint" id={`${id}.hint`}>
          <Text of={hint} reader={place.reader} />
        </div>
      )}
    </div>
  );
}
