import { expect, test } from "vitest";
import { addedHolders, checkDelete, checkHolders } from "./role.ts";

const role = { admin: false, groupId: null };
const admin = { admin: true, groupId: null };
const everywhere = { projectId: null };
const bob = { id: "UBOB", name: "Bob", status: "active" } as const;

test("active full members may hold a role, anywhere", () => {
  expect(checkHolders(role, everywhere, [bob], 1)).toMatchObject({ ok: true });
  expect(checkHolders(role, { projectId: "p" }, [bob], 1)).toMatchObject({ ok: true });
  expect(checkHolders(role, everywhere, [], 0)).toMatchObject({ ok: true });
});

test.each(["guest", "bot", "deactivated", "stranger", "unknown"] as const)("a %s may not", (status) => {
  const gus = { id: "UGUS", name: "Gus", status };
  expect(checkHolders(role, everywhere, [bob, gus], 2)).toEqual({
    ok: false,
    refusal: { code: "not-full-members", people: [{ person: { id: "UGUS", name: "Gus" }, status }] },
  });
});

test("Admin is held for the whole organization, by somebody active at least", () => {
  expect(checkHolders(admin, { projectId: "p" }, [bob], 1)).toMatchObject({
    refusal: { code: "admin-role" },
  });
  expect(checkHolders(admin, everywhere, [], 0)).toMatchObject({ refusal: { code: "last-admin" } });
  expect(checkHolders(admin, everywhere, [], 1)).toMatchObject({ ok: true });
});

test("nobody chooses who holds a role that follows a user group", () => {
  const bound = { ...role, groupId: "S1" };
  expect(checkHolders(bound, everywhere, [bob], 1)).toMatchObject({ refusal: { code: "role-bound" } });
});

test("a role is deleted when nothing refers to it, Admin never", () => {
  const unused = { workflow: false, projects: [] };
  expect(checkDelete(role, unused)).toMatchObject({ ok: true });
  expect(checkDelete(admin, unused)).toMatchObject({ refusal: { code: "admin-role" } });
  expect(checkDelete(role, { ...unused, workflow: true })).toMatchObject({
    refusal: { code: "role-in-use" },
  });
  expect(checkDelete(role, { ...unused, projects: [{ name: "A", archived: false }] })).toMatchObject({
    refusal: { code: "role-in-use", projects: ["A"] },
  });
});

test("who comes in is counted once", () => {
  expect(addedHolders(["a", "b"], ["b", "c", "c"])).toEqual(["c"]);
});
