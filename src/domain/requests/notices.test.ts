import { describe, expect, test } from "vitest";
import { tokenForDana } from "../../../test/support/sample-request.ts";
import { type Actor, member, system } from "../shared/actor.ts";
import { type Audience, noticesFor, type RequestEvent } from "./notices.ts";

/** Dana asked; Bob, Carol and Finn were; Bob has answered; Greg is new among the reviewers. */
const audience: Audience = {
  requesterId: "UDANA",
  reviewers: ["UBOB", "UCAROL", "UGREG"],
  asked: ["UBOB", "UCAROL", "UFINN"],
  answered: ["UBOB"],
  ungated: false,
  pending: false,
};
const bob = member("UBOB");
const dana = member("UDANA");
const timeOut = system("its time ran out");

/** In short: "UDANA message, UDANA email". */
function told(event: RequestEvent, by: Actor, over: Partial<Audience> = {}): string {
  return noticesFor(event, by, { ...audience, ...over })
    .map(({ recipientId, channel }) => `${recipientId} ${channel}`)
    .join(", ");
}

const requester = "UDANA message, UDANA email";
const waiting = "UCAROL email, UFINN email";

describe("who is notified of what, apart from the cards", () => {
  test.each<[RequestEvent, string, Actor, string]>([
    ["requested", "the requester", dana, "UBOB email, UCAROL email, UGREG email"],
    ["reviewed", "a reviewer", bob, ""],
    ["changed", "the system", system("what is live changed"), ""],
    ["approved", "a reviewer", bob, requester],
    ["rejected", "a reviewer", bob, requester],
    ["cancelled", "the requester", dana, waiting],
    ["cancelled", "a token for the requester", tokenForDana, waiting],
    ["cancelled", "an admin", member("UADA"), `${waiting}, ${requester}`],
    ["cancelled", "a reviewer who has answered", bob, `${waiting}, ${requester}`],
    ["cancelled", "a reviewer who has not", member("UCAROL"), `UFINN email, ${requester}`],
    ["expired", "the system", timeOut, `${waiting}, ${requester}`],
    ["promoting", "the requester", dana, ""],
    ["promoted", "the deployer", system("deployer"), requester],
    ["failed", "the deployer", system("deployer"), requester],
    ["reminder", "the system", timeOut, requester],
  ])("%s by %s", (event, _, by, expected) => {
    expect(told(event, by)).toBe(expected);
  });

  test("another person who pressed Promote is told how it ended, and nobody of what they ended themselves", () => {
    const byDora = { promoterId: "UDORA" };
    expect(told("promoted", system("deployer"), byDora)).toBe(`${requester}, UDORA message`);
    expect(told("failed", system("deployer"), { promoterId: "UDANA" })).toBe(requester);
    expect(told("failed", member("UDORA"), byDora)).toBe(requester);
    expect(told("failed", dana, byDora)).toBe("UDORA message");
    expect(told("failed", dana)).toBe("");
  });

  test("R1: where the gate stood open nobody is asked, and the requester hears how it ended", () => {
    const open = { ungated: true, asked: [], answered: [] };
    expect(told("requested", dana, open)).toBe("");
    expect(told("expired", timeOut, open)).toBe(requester);
    expect(told("promoted", system("deployer"), open)).toBe(requester);
  });

  test("R5: a requester who was asked as well is told once by each channel", () => {
    const self = { asked: ["UDANA", "UBOB"], answered: [] };
    expect(told("expired", timeOut, self)).toBe(`UBOB email, ${requester}`);
    expect(told("cancelled", dana, self)).toBe("UBOB email");
  });

  test("R11: while it waits, those are reminded who may review it now and have not answered", () => {
    const each = "UCAROL message, UCAROL email, UGREG message, UGREG email";
    expect(told("reminder", timeOut, { pending: true })).toBe(each);
    expect(told("reminder", timeOut, { pending: true, answered: audience.reviewers })).toBe("");
  });

  test("when everyone has answered, no reviewer gets an email of the end", () => {
    expect(told("cancelled", dana, { answered: audience.asked })).toBe("");
    expect(told("expired", timeOut, { answered: audience.asked })).toBe(requester);
  });
});
