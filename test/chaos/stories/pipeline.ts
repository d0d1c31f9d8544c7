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
  /** The answers to each try, in order. */
  answers: Answered[];
};

type Answer = { number?: number; code?: string; detail?: string; shown?: string };

/** Status 0: no answer came. */
type Answered = { status: number; body: Answer };

/** What a call sends. `method`: POST if left out. */
type Asked = Pick<Call, "what" | "number" | "typed"> & {
  token: Token;
  path: string;
  body: object;
  method?: "POST" | "PUT";
};

export const isDone = ({ status }: Answered): boolean => status >= 200 && status < 300;

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
    const body = { project: "core", integration: place.slug, target: "staging", message, requester };
    const request = { what: "request", token, number: 0, typed: message, path: "/requests", body } as const;
    const answer = await this.#confirming(request);
    return isDone(answer) ? answer.body.number : undefined;
  }

  async promote(number: number, token: Token): Promise<void> {
    const path = `/requests/${number}/promote`;
    await this.#confirming({ what: "promote", token, number, typed: "", path, body: {} });
  }

  async cancel(number: number, token: Token): Promise<void> {
    const path = `/requests/${number}/cancel`;
    const body = { reason: `the pipeline does not need ${number}` };
    await this.#call({ what: "cancel", token, number, typed: "", path, body });
  }

  /** Gives an integration another name, which is a bound fact of its open requests. Returns whether it was taken. */
  async rename(place: Place, token: Token, name: string): Promise<boolean> {
    const path = `/projects/core/integrations/${place.slug}`;
    const body = { name };
    return isDone(
      await this.#call({ what: "rename", token, number: 0, typed: name, path, body, method: "PUT" }),
    );
  }

  /** Calls, and again with the changes confirmed if they must be. Returns the last answer. */
  async #confirming(asked: Asked): Promise<Answered> {
    const answer = await this.#call(asked);
    const { code, shown } = answer.body;
    if (code !== "must-confirm") return answer;
    return this.#call({ ...asked, body: { ...asked.body, confirmed: shown } });
  }

  /** Repeats a call under its key until it is answered. Returns the last answer. */
  async #call(asked: Asked): Promise<Answered> {
    const { what, token, number, typed } = asked;
    const key = `chaos-${++this.#keys}`;
    const answers: Answered[] = [];
    const call: Call = {
      ...{ what, ownerId: token.ownerId, number, typed },
      ...{ at: Date.now(), answeredAt: 0, answers },
    };
    this.calls.push(call);
    this.#figures.add(`API: ${what}`);
    let answer: Answered = { status: 0, body: {} };
    for (let tries = 0; tries < 20; tries++) {
      answer = await this.#send(asked, key);
      answers.push(answer);
      call.answeredAt = Date.now();
      if (isDone(answer)) return answer;
      const { status, body } = answer;
      if (status > 0 && status < 500 && status !== 429 && body.code !== "key-in-use") break;
      this.#figures.add("API: sent again");
      await pause(400);
    }
    this.#figures.add("API: refused");
    return answer;
  }

  async #send({ method = "POST", path, token, body }: Asked, key: string): Promise<Answered> {
    try {
      const answer = await fetch(`${this.#url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token.text}`,
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
