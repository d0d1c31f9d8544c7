import { expect, test } from "vitest";
import { addressOf, addressSubject, probeSlot, untilNextProbeMs } from "./outages.ts";

const since = new Date("2026-03-02T10:00:00.250Z");
const after = (seconds: number) => new Date(since.getTime() + seconds * 1000);

test.each([
  [0, null],
  [299, null],
  [300, 300],
  [599, 300],
  [600, 600],
  [-20, null],
])("%i s after email stopped the due probe is that of second %s", (seconds, slot) => {
  expect(probeSlot("email", since, after(seconds))).toEqual(slot === null ? null : after(slot));
});

test.each([
  ["slack", 0, 60],
  ["slack", 59, 1],
  ["slack", 60, 60],
  ["email", 310, 290],
  // The clock of who stopped it is ahead of ours.
  ["email", -20, 300],
] as const)("%s, %i s after: the next probe comes in %i s", (provider, seconds, left) => {
  expect(untilNextProbeMs(provider, since, after(seconds))).toBe(left * 1000);
});

test("an address is the same however it is written", () => {
  expect(addressSubject("Bob@Acme.Example")).toBe(addressSubject("bob@acme.example"));
  expect(addressOf(addressSubject("bob@acme.example"))).toBe("bob@acme.example");
  expect(addressOf("email")).toBeNull();
});
