import type { MemberId } from "../people/people.ts";

/** Who does a thing. A token acts for the member it names; its maker answers for it too (R5). */
export type Actor =
  | { kind: "member"; memberId: MemberId }
  | { kind: "token"; tokenId: string; name: string; memberId: MemberId; makerId: MemberId }
  | { kind: "system"; reason: string };

/** Where it was done. */
export const surfaces = ["slack", "api", "job", "deployer", "seed", "command-line"] as const;

export type Surface = (typeof surfaces)[number];

export const member = (memberId: MemberId) => ({ kind: "member", memberId }) satisfies Actor;

export const system = (reason: string) => ({ kind: "system", reason }) satisfies Actor;

/** The member who acts, or whom a token acts for. */
export function actingMember(actor: Actor): MemberId | null {
  return actor.kind === "system" ? null : actor.memberId;
}
