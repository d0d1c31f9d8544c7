import { expect, test } from "vitest";
import { readShown } from "./requests/request-modal-view.ts";
import { readWebhook } from "./settings/catalog/deployer-view.ts";
import { readForm } from "./settings/catalog/project-modals-view.ts";
import { readSpot } from "./settings/catalog/projects-view.ts";
import { readShownRole } from "./settings/people/role-modal-view.ts";
import { readRevoke } from "./settings/tokens/tokens-view.ts";

// A modal or a button that an older version drew stays in Slack for days: what it carries must still be read.
test.each<[(text: string) => unknown, object]>([
  [readShown, { integrationId: "i", targetId: "t", buildId: "b", shown: null, replaces: null }],
  [readShown, { integrationId: "i", targetId: "", buildId: "", shown: "f00", replaces: 7, gated: true }],
  [readForm, {}],
  [readForm, { projectId: "p", page: 0, version: 3 }],
  [readForm, { projectId: "p", page: 1, id: "i", seen: { name: "N", slug: "n", deployer: "record" } }],
  [readSpot, {}],
  [readSpot, { projectId: "p", page: 2, id: "i" }],
  [readWebhook, { projectId: "p", page: 0, id: "i", version: null, overForm: false }],
  [readWebhook, { projectId: "p", page: 0, id: "i", version: 4, overForm: true }],
  [readShownRole, { roleId: null, version: 0, projectId: null }],
  [readShownRole, { roleId: "r", version: 2, projectId: "p" }],
  [readRevoke, { tokenId: "t", page: 1 }],
])("%o reads %j as it was written", (read, stored) => {
  expect(read(JSON.stringify(stored))).toEqual(stored);
});

test("a modal without metadata shows nothing yet", () => {
  expect(readShown("")).toBeUndefined();
  expect(readForm("")).toEqual({});
});
