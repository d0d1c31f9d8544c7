import { expect, test } from "vitest";
import { DatabaseBusy } from "../../../db/connection/connection-limit.ts";
import { oneAtATime } from "./one-at-a-time.ts";

test("what is on one thing runs in its order, what is on another does not wait, and a failure stops nobody", async () => {
  const told: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = oneAtATime("#1", async () => {
    await held;
    told.push("first");
    throw new Error("it failed");
  });
  const second = oneAtATime("#1", async () => told.push("second"));
  await oneAtATime("#2", async () => told.push("another"));
  expect(told).toEqual(["another"]);
  release();
  await expect(first).rejects.toThrow("it failed");
  await second;
  expect(told).toEqual(["another", "first", "second"]);
});

test("who waited too long is told so, and nothing is begun for them any more", async () => {
  let time = 0;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = oneAtATime("#3", () => held);
  let begun = false;
  const late = oneAtATime(
    "#3",
    async () => {
      begun = true;
    },
    () => time,
  );
  time = 1_501;
  release();
  await first;
  await expect(late).rejects.toThrow(DatabaseBusy);
  expect(begun).toBe(false);
});
