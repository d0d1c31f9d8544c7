import { expect, test } from "vitest";
import { approvalsMetadata, homeLocationValue, readStoredLocation } from "./home/home-location.ts";
import { readPick, stepCodec } from "./home/step-view.ts";
import { idValue, pageNumber, requestNumber } from "./kernel/button-values.ts";
import { OutdatedError } from "./kernel/codec.ts";
import { boundBlock, cardValue, readBoundBlock, readCardValue, requestValue } from "./messages/card-value.ts";
import { readShown } from "./requests/request-modal-view.ts";
import { shownRequest } from "./requests/shown-request.ts";
import { readWebhook } from "./settings/catalog/deployer-view.ts";
import { readForm } from "./settings/catalog/project-modals-view.ts";
import { readSpot } from "./settings/catalog/projects-view.ts";
import { readShownRole } from "./settings/people/role-modal-view.ts";
import { readRevoke } from "./settings/tokens/tokens-view.ts";
import { shownWorkflowMetadata } from "./settings/workflow/configure-workflow-view.ts";
import { turnOffMetadata } from "./settings/workflow/turn-off-view.ts";

const workflow = {
  ...{ version: 3, turnOn: false, round: 1, trouble: "", narrowed: true },
  options: {
    ...{ v: 2, gate: "critical", requiredApprovals: 2, selfReview: true, commentOnReject: false },
    ...{ pendingDays: 7, unfinishedDays: 3, reminderHours: 24 },
    cardsTo: { kind: "channel", channelId: "C1", channelName: "releases" },
  },
};

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
  [turnOffMetadata.read, { version: 3 }],
])("%o reads %j as it was written", (read, stored) => {
  expect(read(JSON.stringify(stored))).toEqual(stored);
});

test("the form of the workflow keeps what it carries, and may gain options", () => {
  expect(shownWorkflowMetadata.read(JSON.stringify(workflow))).toMatchObject(workflow);
});

test("a modal without metadata shows nothing yet", () => {
  expect(readShown("")).toBeUndefined();
  expect(readForm("")).toEqual({});
});

const project = "018f0000-0000-7000-8000-000000000001";

test.each([
  '{"number":7}',
  '{"number":7,"shown":"a1b2"}',
  `{"number":7,"identity":"${project}","fingerprint":"f00d"}`,
  '{"number":7,"back":{"tab":"approvals","list":"pending"}}',
  `{"number":7,"back":{"tab":"approvals","projectId":"${project}","list":"past","cursor":{"from":"before","at":1780000000000,"number":6}}}`,
  '{"number":7,"back":{"tab":"approvals","list":"pending","cursor":{"from":"after","group":"rest","number":6}}}',
])("the metadata of a request's modal: %s", (text) => {
  expect(shownRequest.read(text)).toEqual(JSON.parse(text));
});

test.each([
  "null",
  '{"tab":"overview"}',
  `{"tab":"overview","projectId":"${project}","page":2}`,
  '{"tab":"approvals","list":"pending"}',
  `{"tab":"approvals","list":"past","projectId":"${project}"}`,
  '{"tab":"settings","settings":{"section":"workflows"}}',
  `{"tab":"settings","settings":{"section":"projects","projectId":"${project}"}}`,
])("the value of a button that leads to a location in the Home: %s", (text) => {
  expect(homeLocationValue.read(text)).toEqual(JSON.parse(text));
});

test("the metadata of the modal of /approvals, and of its loading modal", () => {
  const text = `{"tab":"approvals","list":"pending","projectId":"${project}","cursor":{"from":"after","group":"review","number":3}}`;
  expect(approvalsMetadata.read(text)).toEqual(JSON.parse(text));
  expect(approvalsMetadata.read("")).toEqual({ tab: "approvals", list: "pending" });
});

test("the stored location of a Home; the start where there is none", () => {
  const stored = {
    place: { tab: "settings", settings: { section: "roles", page: 1 } },
    overview: { tab: "overview", projectId: project },
  };
  expect(readStoredLocation(stored)).toEqual(stored);
  const start = { place: { tab: "overview" }, overview: { tab: "overview" } };
  expect([undefined, null, {}, { place: {} }].map(readStoredLocation)).toEqual([start, start, start, start]);
});

const fingerprint = "0123456789abcdef0123456789abcdef";

test("R7: the value of a request's button, and the block that says which facts were shown", () => {
  expect(readCardValue("12")).toEqual({ number: "12", origin: null });
  expect(readCardValue(cardValue(12, project))).toEqual({ number: "12", origin: project });
  expect(readCardValue(requestValue({ number: 12, identity: project }))).toEqual({
    number: "12",
    origin: project,
  });
  expect(readCardValue(`12 ${project} more`).origin).toBeNull();
  expect(readBoundBlock(boundBlock(fingerprint))).toEqual({ isRequest: true, fingerprint });
  // The previous version's block, and one that has other buttons.
  expect(readBoundBlock("actions")).toEqual({ isRequest: true, fingerprint: null });
  expect([undefined, "", "act", "actions a b"].map((id) => readBoundBlock(id).isRequest)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test("the previous version reads the values that this one writes", () => {
  // As it was in the version before the buttons carried what they show.
  const previous = /^(\d{1,10}) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;
  for (const value of [cardValue(12, project), requestValue({ number: 12, identity: project })]) {
    expect(previous.exec(value)?.slice(1)).toEqual(["12", project]);
  }
  const [, number] = `cancel/12/${project}`.split("/");
  expect(number).toBe("12");
});

test("the value of a button about a request, and of one that turns a page", () => {
  expect(requestNumber.read("12")).toBe(12);
  expect(pageNumber.read("0")).toBe(0);
});

const target = "018f0000-0000-7000-8000-000000000002";

test("the value of a step's button, and of an option of the select of steps", () => {
  const step = { integrationId: project, targetId: target };
  expect(stepCodec.write(step)).toBe(`${project}/${target}`);
  expect(stepCodec.read(`${project}/${target}`)).toEqual(step);
  expect(readPick("cancel/12")).toEqual({ kind: "cancel", value: "12" });
  expect(readPick(`cancel/12/${target}`)).toEqual({ kind: "cancel", value: `12 ${target}` });
  expect(readPick(`${project}/${target}`)).toEqual({ kind: "request", value: `${project}/${target}` });
});

test("the value of a button or an option that is an id", () => {
  expect(idValue.write(project)).toBe(project);
  expect(idValue.read(project)).toBe(project);
});

test.each(["", "an older value", project, `${project}/`, `${project}/12`])("%j is no step", (text) => {
  expect(() => stepCodec.read(text)).toThrow(OutdatedError);
});

test.each(["", "12", `${project}/${target}`])("%j is no id", (text) => {
  expect(() => idValue.read(text)).toThrow(OutdatedError);
});
