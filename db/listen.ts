import postgres from "postgres";

/**
 * Listens on a connection of its own, which must be direct: a transaction pooler gives no notifications. It subscribes
 * again by itself after the connection was lost; `onReady` is called each time, for what was missed meanwhile.
 */
export async function listen(
  url: string,
  channel: string,
  onMessage: (payload: string) => void,
  onReady: () => void,
): Promise<{ stop(): Promise<void> }> {
  const client = postgres(url, { max: 1, idle_timeout: 0, onnotice: () => undefined });
  await client.listen(channel, onMessage, onReady);
  return { stop: () => client.end({ timeout: 1 }) };
}
