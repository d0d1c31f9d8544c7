import { expect, test } from "vitest";
import { coalesceReads } from "./coalesce-reads.ts";

test("who asks for the same at the same time shares a reading; no more than so many run at once", async () => {
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const read = coalesceReads(async (_, number) => {
    begun.push(number);
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return number;
  }, 2);
  const numbers = Array.from({ length: 50 }, (_, i) => i % 5);
  expect(await Promise.all(numbers.map((number) => read("T1", number)))).toEqual(numbers);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
});

test("nobody gets what was read before they asked", async () => {
  let version = 1;
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const read = coalesceReads(async () => {
    const seen = version;
    begin();
    await new Promise((resolve) => setImmediate(resolve));
    return seen;
  }, 3);
  const first = read("T1", 42);
  await begun;
  version = 2;
  expect(await Promise.all([first, read("T1", 42)])).toEqual([1, 2]);
});

test("a reading that fails keeps nobody else waiting", async () => {
  let fails = true;
  const read = coalesceReads(async () => {
    if (fails) throw new Error("away");
    return 1;
  }, 1);
  await expect(read("T1", 1)).rejects.toThrow("away");
  fails = false;
  expect(await read("T1", 1)).toBe(1);
});
