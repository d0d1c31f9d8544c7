import { connect } from "../../db/connection/connect.ts";
import { createLog } from "../../src/lib/log.ts";
import { startOutbox } from "../../src/outbox/worker.ts";
import { answerParent } from "../process.ts";

export type OutboxRun = {
  databaseUrl: string;
  /** The address that each item is posted to over HTTP. Null: items are settled without sending anything. */
  sinkPort: number | null;
};

/**
 * Runs the bot's worker with its production settings and a handler that sends to a sink. Returns the
 * milliseconds until everything was settled.
 */
async function run({ databaseUrl, sinkPort }: OutboxRun): Promise<number> {
  const database = connect(databaseUrl);
  const done = { kind: "done" } as const;
  const send = async (payload: unknown) => {
    const answer = await fetch(`http://127.0.0.1:${sinkPort}/sink`, {
      method: "POST",
      body: JSON.stringify(payload),
    });
    await answer.text();
    return done;
  };
  const start = performance.now();
  const outbox = startOutbox({
    database,
    handlers: { work: { run: async ({ payload }) => (sinkPort === null ? done : send(payload)) } },
    log: createLog("error"),
  });
  await outbox.idle();
  const took = performance.now() - start;
  await outbox.stop(1_000);
  await database.close();
  return took;
}

answerParent({ run });
