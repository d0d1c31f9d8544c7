import type { MemberId } from "../people/people.ts";

/** Who acts. A token acts for the member it names; its creator (`makerId`) counts as the requester too (R5). */
export type Actor =
  | { kind: "member"; memberId: MemberId }
  | { kind: "token"; tokenId: string; name: string; memberId: MemberId; makerId: MemberId }
  | { kind: "system"; reason: string };

/** The surfaces on which somebody acts. The audit log records them (R12). */
export const surfaces = ["slack", "api", "job", "deployer", "seed", "command-line"] as const;

export type Surface = (typeof surfaces)[number];

export const member = (memberId: MemberId) => ({ kind: "member", memberId }) satisfies Actor;

export const system = (reason: string) => ({ kind: "system", reason }) satisfies Actor;

/** Returns the member who acts or for whom a token acts; null for the system. */
export function actingMember(actor: Actor): MemberId | null {
  return actor.kind === "system" ? null : actor.memberId;
}
