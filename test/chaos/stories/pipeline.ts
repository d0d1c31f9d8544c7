import { member } from "../../../src/domain/shared/actor.ts";
import type { Context } from "../../../src/usecases/shared/context.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import type { Figures } from "../run/stats.ts";
import { pause, persist } from "../run/wait.ts";
import type { Place } from "./catalog.ts";

/** A token, and the member to whom it belongs. */
export type Token = { ownerId: string; text: string };

/** One call, repeated under its key until it is answered. */
export type Call = {
  what: "request" | "promote" | "cancel" | "rename";
  ownerId: string;
  /** The request's number; 0 for the call that makes it, and for a rename. */
  number: number;
  /** The message of the request, or the new name. */
  typed: string;
  at: number;
  answeredAt: number;
  /** Every answer, the last one at the end. Status 0: none came. */
  answers: { status: number; body: Answer }[];
};

type Answer = { number?: number; code?: string; detail?: string; shown?: string };

const scopes = [
  ...["catalog:write", "requests:read", "requests:write", "requests:on-behalf", "promotions:write"],
] as const;

/** Creates a token for each of these members. */
export async function createTokens(
  context: Context,
  { organizationId, admin }: { organizationId: string; admin: string },
  owners: readonly string[],
): Promise<Token[]> {
  const tokens: Token[] = [];
  for (const memberId of owners) {
    const by = { organizationId, actor: member(admin), surface: "slack" } as const;
    const wanted = { name: `CI of ${memberId}`, scopes: [...scopes], projectId: null, memberId };
    const made = await persist(() => createToken(context, { ...by, ...wanted }));
    if (!made.ok) throw new Error(`A token was refused: ${made.refusal.code}`);
    tokens.push({ ownerId: memberId, text: made.value.text });
  }
  return tokens;
}

/** A pipeline, which requests, promotes, and cancels through the REST API and repeats what was not answered. */
export class Pipeline {
  readonly calls: Call[] = [];
  readonly #url: string;
  readonly #tokens: readonly Token[];
  readonly #figures: Figures;
  #keys = 0;

  constructor(url: string, tokens: readonly Token[], figures: Figures) {
    this.#url = url;
    this.#tokens = tokens;
    this.#figures = figures;
  }

  get tokens(): readonly Token[] {
    return this.#tokens;
  }

  /** Requests a promotion for a member. Returns its number; undefined if it was refused or never answered. */
  async ask(place: Place, token: Token, requester: string, message: string): Promise<number | undefined> {
    const wanted = { project: "core", integration: place.slug, target: "staging", message, requester };
    const body = await this.#confirming("request", token, 0, message, "/requests", wanted);
    return body?.number;
  }

  async promote(number: number, token: Token): Promise<void> {
    await this.#confirming("promote", token, number, "", `/requests/${number}/promote`, {});
  }

  async cancel(number: number, token: Token): Promise<void> {
    const body = { reason: `the pipeline does not need ${number}` };
    await this.#call("cancel", token, number, "", `/requests/${number}/cancel`, body);
  }

  /** Gives an integration another name, which is a bound fact of its open requests. Returns whether it was taken. */
  async rename(place: Place, token: Token, name: string): Promise<boolean> {
    const path = `/projects/core/integrations/${place.slug}`;
    return (await this.#call("rename", token, 0, name, path, { name }, "PUT")) !== undefined;
  }

  /** Calls, and again with the changes confirmed if they must be. */
  async #confirming(
    what: Call["what"],
    token: Token,
    number: number,
    typed: string,
    path: string,
    body: object,
  ): Promise<Answer | undefined> {
    const done = await this.#call(what, token, number, typed, path, body);
    const refused = this.calls.at(-1)?.answers.at(-1)?.body;
    if (done !== undefined || refused?.code !== "must-confirm") return done;
    return this.#call(what, token, number, typed, path, { ...body, confirmed: refused.shown });
  }

  /** Repeats a call under its key until it is answered. Returns the answer if it was carried out. */
  async #call(
    what: Call["what"],
    token: Token,
    number: number,
    typed: string,
    path: string,
    body: object,
    method = "POST",
  ): Promise<Answer | undefined> {
    const key = `chaos-${++this.#keys}`;
    const answers: Call["answers"] = [];
    const call: Call = {
      ...{ what, ownerId: token.ownerId, number, typed },
      ...{ at: Date.now(), answeredAt: 0, answers },
    };
    this.calls.push(call);
    this.#figures.add(`API: ${what}`);
    for (let tries = 0; tries < 20; tries++) {
      const answer = await this.#send(method, path, token, key, body);
      answers.push(answer);
      call.answeredAt = Date.now();
      const { status } = answer;
      if (status >= 200 && status < 300) return answer.body;
      if (status > 0 && status < 500 && status !== 429 && answer.body.code !== "key-in-use") break;
      this.#figures.add("API: sent again");
      await pause(400);
    }
    this.#figures.add("API: refused");
    return undefined;
  }

  async #send(
    method: string,
    path: string,
    { text }: Token,
    key: string,
    body: object,
  ): Promise<Call["answers"][number]> {
    try {
      const answer = await fetch(`${this.#url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${text}`,
          "content-type": "application/json",
          ...(method === "POST" && { "idempotency-key": key }),
        },
        body: JSON.stringify(body),
      });
      const said = await answer.text();
      return { status: answer.status, body: said.startsWith("{") ? (JSON.parse(said) as Answer) : {} };
    } catch {
      return { status: 0, body: {} };
    }
  }
}
