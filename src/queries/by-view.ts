import type { Actor } from "../domain/actor.ts";
import type { MemberId } from "../domain/people.ts";
import type { ByView } from "./request-view.ts";

/** Who did something, as screens name them. */
export function byView(actor: Actor, name: (id: MemberId) => string): ByView {
  if (actor.kind === "system") return { person: null, reason: actor.reason };
  const person = { id: actor.memberId, name: name(actor.memberId) };
  return actor.kind === "token" ? { person, through: actor.name } : { person };
}
