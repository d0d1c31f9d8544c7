import type { MemberId, Person } from "../../domain/people/people.ts";
import type { Actor } from "../../domain/shared/actor.ts";
import type { ByView } from "../requests/request-view.ts";

/** Returns a function that names a member for screens. Somebody who is not among these people goes by their ID. */
export function namePeople(people: ReadonlyMap<MemberId, { name: string }>): (id: MemberId) => Person {
  return (id) => ({ id, name: people.get(id)?.name ?? id });
}

/** Returns who did something, as screens name them. */
export function byView(actor: Actor, personOf: (id: MemberId) => Person): ByView {
  if (actor.kind === "system") return { person: null, reason: actor.reason };
  const person = personOf(actor.memberId);
  return actor.kind === "token" ? { person, through: actor.name } : { person };
}
