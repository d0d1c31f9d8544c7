import postgres from "postgres";

/**
 * Listens to a channel on its own connection, which must be direct: a transaction pooler passes on no notifications.
 * After a lost connection, it subscribes again. Throws if the first connection fails.
 *
 * @param onReady called after each subscription, to catch up on what was missed
 */
export async function listen(
  url: string,
  channel: string,
  onMessage: (payload: string) => void,
  onReady: () => void = () => {},
): Promise<{ stop(): Promise<void> }> {
  const client = postgres(url, {
    max: 1,
    idle_timeout: 0,
    connect_timeout: 5,
    keep_alive: 15,
    backoff: (attempt) => Math.min(0.05 * 2 ** attempt, 2),
    onnotice: () => {},
    connection: { application_name: "signoff listen" },
  });
  await client.listen(channel, onMessage, onReady);
  return { stop: () => client.end({ timeout: 1 }) };
}
