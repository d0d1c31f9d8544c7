import postgres from "postgres";

/**
 * Listens on a connection of its own, which must be direct: a transaction pooler gives no notifications. It subscribes
 * again by itself after the connection was lost.
 *
 * @param onReady called each time that it has subscribed, for what was missed meanwhile.
 * @throws what the first connection throws.
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
