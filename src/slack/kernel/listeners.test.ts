import type { App } from "@slack/bolt";
import { expect, test } from "vitest";
import { onClick } from "./click.ts";
import type { SlackDeps } from "./deps.ts";
import { onSubmit } from "./submission.ts";

type Listener = (args: object) => Promise<void>;

/** A listener's app and dependencies, and what they were asked to do, in order. */
function kernel({ answerWithinMs = 1_000 } = {}) {
  const steps: string[] = [];
  const listeners: Record<string, Listener> = {};
  const app = {
    action: (_: object, listener: Listener) => {
      listeners.click = listener;
    },
    view: (_: object, listener: Listener) => {
      listeners.submission = listener;
    },
  } as unknown as App;
  const deps = {
    knowMember: async () => {},
    faulted: (reason: string) => steps.push(`fault: ${reason}`),
    log: { warn: () => {}, error: () => {} },
    answerWithinMs,
  } as unknown as SlackDeps;
  const send = (kind: "click" | "submission", body: object) => {
    const user = { id: "U1" };
    const ack = async (answer?: { response_action: string }) => {
      steps.push(answer === undefined ? "ack" : `ack: ${answer.response_action}`);
    };
    return listeners[kind]?.({ ack, context: { teamId: "T1" }, body: { user, ...body } });
  };
  return { app, deps, steps, send };
}

const view = { id: "V1", callback_id: "form", private_metadata: "", state: { values: { field: {} } } };

test.each([
  ["a commit", async () => ({}), ["ack", "redraw"]],
  ["a fault", () => Promise.reject(new Error("away")), ["fault: failed", "ack: errors", "redraw"]],
  ["work that is late", () => new Promise<never>(() => {}), ["fault: late", "ack: errors", "redraw"]],
])("after %s, what is below the modal is redrawn", async (_, work, expected) => {
  const { app, deps, steps, send } = kernel({ answerWithinMs: 20 });
  const redraw = async () => steps.push("redraw");
  onSubmit(app, deps, { callbackId: "form", faultBlock: "field", work, redraw });
  await send("submission", { view });
  expect(steps).toEqual(expected);
});

test.each([
  [false, ["work", "ack", "follow-up"]],
  [true, ["ack", "work", "follow-up"]],
])("a click with ackFirst %s", async (ackFirst, expected) => {
  const { app, deps, steps, send } = kernel();
  const work = async () => {
    steps.push("work");
    return { followUp: async () => steps.push("follow-up") };
  };
  onClick(app, deps, "pick", work, { ackFirst });
  await send("click", { actions: [{ action_id: "pick" }], trigger_id: "1" });
  expect(steps).toEqual(expected);
});
