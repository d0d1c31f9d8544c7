/** @jsxImportSource hono/jsx */
import { isJson, list, textOf } from "../../slack/checks/elements.ts";
import type { Json } from "../../slack/types.ts";
import { domId } from "./dom-id.ts";
import { inputId } from "./input-props.ts";
import { Button, Overflow } from "./render-button.tsx";
import { Input } from "./render-input.tsx";
import { Mrkdwn, Text } from "./render-mrkdwn.tsx";
import type { Surface } from "./surface.ts";

/**
 * Renders the blocks of a message or a view like Slack does.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
export function Blocks({ blocks, surface }: { blocks: Json[]; surface: Surface }) {
  return (
    <div class="blocks">
      {blocks.map((block) => (
        <Block key={textOf(block.block_id)} block={block} surface={surface} />
      ))}
    </div>
  );
}

type Props = { block: Json; surface: Surface };

function Block({ block, surface }: Props) {
  const { reader } = surface;
  switch (block.type) {
    case "header":
      return (
        <h3 class="block-header">
          <Text of={block.text} reader={reader} />
        </h3>
      );
    case "section":
      return <Section block={block} surface={surface} />;
    case "context":
      return <Context block={block} surface={surface} />;
    case "divider":
      return <hr />;
    case "actions":
      return (
        <div class="block-actions">
          {list(block.elements).map((element) => (
            <Element key={textOf(element.action_id)} element={element} block={block} surface={surface} />
          ))}
        </div>
      );
    case "image":
      return <Picture block={block} surface={surface} />;
    case "input":
      return <Field block={block} surface={surface} />;
    case "markdown":
      return <Mrkdwn text={textOf(block.text)} reader={reader} />;
    default:
      return <p class="unknown">This page does not draw blocks of type “{String(block.type)}”.</p>;
  }
}

function Section({ block, surface }: Props) {
  const blockId = textOf(block.block_id);
  const textId = domId(surface.id, blockId, "text");
  const fields = list(block.fields);
  // For screen readers: a button or menu next to a text belongs to that text.
  const isGroup = isJson(block.accessory) && block.accessory.type !== "image";
  const group = isGroup ? { role: "group", "aria-labelledby": textId } : {};
  return (
    <div class="block-section" {...group}>
      <div class="section-text" id={textId}>
        <Text of={block.text} reader={surface.reader} />
        {fields.length > 0 && (
          <div class="fields">
            {fields.map((field) => (
              <div key={textOf(field.text)} class="field">
                <Text of={field} reader={surface.reader} />
              </div>
            ))}
          </div>
        )}
      </div>
      {isJson(block.accessory) && (
        <div class="accessory">
          <Element element={block.accessory} block={block} surface={surface} labelledBy={textId} />
        </div>
      )}
    </div>
  );
}

function Context({ block, surface }: Props) {
  return (
    <div class="block-context">
      {list(block.elements).map((element) =>
        element.type === "image" ? (
          <Image key={textOf(element.image_url)} element={element} />
        ) : (
          <span key={textOf(element.text)} class="context-text">
            <Text of={element} reader={surface.reader} />
          </span>
        ),
      )}
    </div>
  );
}

/** An interactive element outside an input block, or an image. */
function Element(props: Props & { element: Json; labelledBy?: string }) {
  const { element, block, surface, labelledBy } = props;
  const blockId = textOf(block.block_id);
  if (element.type === "button") return <Button element={element} blockId={blockId} surface={surface} />;
  if (element.type === "overflow")
    return <Overflow element={element} blockId={blockId} surface={surface} describedBy={labelledBy} />;
  if (element.type === "image") return <Image element={element} />;
  const isGroup = element.type === "radio_buttons" || element.type === "checkboxes";
  const named = isGroup || !isJson(element.placeholder) ? labelledBy : undefined;
  return (
    <span class="control">
      <Input element={element} blockId={blockId} surface={surface} labelledBy={named} />
    </span>
  );
}

function Image({ element }: { element: Json }) {
  const address = textOf(element.image_url);
  const alt = textOf(element.alt_text);
  return /^https?:\/\//i.test(address) ? <img src={address} alt={alt} loading="lazy" /> : <span>{alt}</span>;
}

function Picture({ block, surface }: Props) {
  return (
    <figure class="block-image">
      {isJson(block.title) && (
        <figcaption>
          <Text of={block.title} reader={surface.reader} />
        </figcaption>
      )}
      <Image element={block} />
    </figure>
  );
}

/** An input with its label, hint, and error. */
function Field({ block, surface }: Props) {
  const element = isJson(block.element) ? block.element : {};
  const blockId = textOf(block.block_id);
  const id = inputId({ element, blockId, surface });
  const error = surface.errors[blockId];
  const hint = isJson(block.hint) ? block.hint : undefined;
  const isGroup = /^(radio_buttons|checkboxes)$/.test(textOf(element.type));
  const Label = isGroup ? "div" : "label";
  const describedBy = [error && `${id}.error`, hint && `${id}.hint`].filter(Boolean).join(" ");
  return (
    <div class={`block-input ${error ? "wrong" : ""}`}>
      <Label class="label" id={`${id}.label`} for={isGroup ? undefined : id}>
        <Text of={block.label} reader={surface.reader} />
        {block.optional === true && <span class="optional"> (optional)</span>}
      </Label>
      <Input
        element={element}
        blockId={blockId}
        surface={surface}
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
          <Text of={hint} reader={surface.reader} />
        </div>
      )}
    </div>
  );
}
