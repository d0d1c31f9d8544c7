import type { Db } from "../../../db/connection/connect.ts";
import { listTokenFacts } from "../../../db/tokens/token-facts.ts";
import { type TokenWarning, tokenWarnings } from "../../domain/tokens/token-warnings.ts";

/** A token that the admins must know about. */
export type TokenWarningView = TokenWarning & {
  name: string;
  /** To whom it belongs. */
  member: string;
  /** Whose leaving stopped it, if it is stopped. */
  left: string;
};

/** Returns the warnings about tokens that have one of these subjects and are not fixed, by the token's name. */
export async function listTokenWarnings(
  db: Db,
  organizationId: string,
  subjects: readonly string[],
  now: Date,
): Promise<TokenWarningView[]> {
  return (await listTokenFacts(db, organizationId)).flatMap(({ listed, facts }) =>
    tokenWarnings(facts, now)
      .filter(({ subject }) => subjects.includes(subject))
      .map(({ warning }) => {
        const left = [listed.member, listed.maker].find(({ status }) => status !== "active");
        const member = listed.member.name;
        return { ...warning, name: listed.token.name, member, left: left?.name ?? member };
      }),
  );
}
