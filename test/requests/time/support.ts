import { expect } from "vitest";
import { countOpen } from "../../../db/delivery/outbox.ts";
import { jobs, slotOf } from "../../../src/domain/delivery/slots.ts";
import { claimSlot } from "../../../src/usecases/delivery/claim-slot.ts";
import {
  eventually,
  startTestStack,
  type TestStack,
  type TestStackOptions,
} from "../../support/test-stack.ts";

const hour = 3_600_000;

export type TimedStack = TestStack & {
  /** Moves the clock forward. */
  later(by: { days?: number; hours?: number }): void;
  /** Advances to the next minute: takes every job's slot, runs it, and sends the results. */
  nextMinute(): Promise<void>;
  /** Resolves when nothing is left to send, including what waits for a limit. */
  allSent(): Promise<void>;
  /** Returns a person's messages after the first `before` ones. */
  messagesSince(name: string, before: number): string[];
  /** Returns the actions on a person's card. */
  actions(name: string, number: number): string[];
  /** Returns the subjects and texts of the emails to a person, oldest first. */
  mailsTo(name: string): Promise<{ subject: string; text: string }[]>;
};

/** Starts a stack whose clock the test moves. */
export async function startTimedStack(options: TestStackOptions = {}): Promise<TimedStack> {
  let passedMs = 0;
  const stack = await startTestStack({ ...options, now: () => new Date(Date.now() + passedMs) });
  const added = {
    later: ({ days = 0, hours = 0 }: { days?: number; hours?: number }) => {
      passedMs += (days * 24 + hours) * hour;
    },
    nextMinute: async () => {
      passedMs += 60_000;
      const { context, organizationId } = stack.app;
      for (const job of jobs) await claimSlot(context, organizationId, job, slotOf(context.now()));
      await stack.settle();
    },
    allSent: () => eventually(async () => expect(await countOpen(stack.database.database.db)).toBe(0)),
    messagesSince: (name: string, before: number) => stack.texts(name).slice(before),
    actions: (name: string, number: number) => {
      const { blocks } = stack.cardFor(name, number) as unknown as {
        blocks: { type: string; elements?: object[] }[];
      };
      const buttons = blocks
        .filter(({ type }) => type === "actions")
        .flatMap(({ elements = [] }) => elements);
      return buttons.map((button) => (button as { action_id: string }).action_id);
    },
    mailsTo: async (name: string) => {
      const address = `${name === "dana" ? "dev" : name}@acme.example`;
      return (await stack.mail.inbox()).reverse().filter(({ to }) => to === address);
    },
  };
  return Object.create(stack, Object.getOwnPropertyDescriptors(added)) as TimedStack;
}
