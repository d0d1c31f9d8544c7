import type { Stack } from "../../../../sandbox/stack.ts";

/** Returns what people do in Slack, by their names. */
export function peopleOf(stack: Stack) {
  const { slack } = stack;
  const id = (name: string): string => {
    const person = [...slack.workspace.people].find((one) => one.name === name);
    if (person === undefined) throw new Error(`Nobody is called ${name}`);
    return person.id;
  };
  const settle = async () => {
    await slack.delivered();
    await stack.app.idle();
  };
  const press = async (name: string, actionId: string) => {
    const card = slack
      .messagesFor(id(name))
      .findLast(({ blocks }) => JSON.stringify(blocks).includes(actionId));
    if (card === undefined) throw new Error(`${name} has no message with ${actionId}`);
    await slack.click(id(name), card, { actionId });
    await settle();
  };
  return {
    id,
    settle,
    press,
    async request(name: string, text: string) {
      await slack.command(id(name), `/promote ${text}`);
      if (slack.topView(id(name)) === undefined)
        throw new Error(JSON.stringify(slack.ephemeralsFor(id(name))));
      const { error } = await slack.submit(id(name));
      const open = slack.topView(id(name));
      if (error !== undefined || open !== undefined) throw new Error(JSON.stringify([error, open]));
      await settle();
    },
    async approve(...names: string[]) {
      for (const name of names) await press(name, "approve_request");
    },
    promote: (name: string) => press(name, "promote_request"),
    async reject(name: string, comment: string) {
      await press(name, "open_reject");
      await slack.submit(id(name), { comment_input: comment });
      await settle();
    },
  };
}

/** Returns a function that calls the API with a token, and throws if the call is refused. */
export function apiOf({ botUrl }: Stack, token: string | undefined) {
  return async (method: string, path: string, body: object, key?: string): Promise<void> => {
    const response = await fetch(`${botUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...(key !== undefined && { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
}
