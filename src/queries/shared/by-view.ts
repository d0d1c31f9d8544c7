import type { MemberId } from "../../domain/people/people.ts";
import type { Actor } from "../../domain/shared/actor.ts";
import type { ByView } from "../requests/request-view.ts";

/** Who did something, as screens name them. */
export function byView(actor: Actor, name: (id: MemberId) => string): ByView {
  if (actor.kind === "system") return { person: null, reason: actor.reason };
  const person = { id: actor.memberId, name: name(actor.memberId) };
  return actor.kind === "token" ? { person, through: actor.name } : { person };
}
