import { isDeepStrictEqual } from "node:util";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { type OptionName, type OptionValues, optionNames } from "../../domain/workflow/options.ts";
import type { CardsTo, Workflow } from "../../domain/workflow/workflow.ts";
import { saveWorkflow } from "../workflow/save-workflow.ts";
import { readNames } from "./load-holders.ts";
import { decide, type Loading, type Setting, unlessRefused } from "./loading.ts";
import type { RoleNames } from "./role-names.ts";
import type { SeedWorkflow } from "./seed-content.ts";
import type { SeedPath } from "./seed-report.ts";
import { asSet, showFlag, showNames } from "./show-values.ts";

const subject = "Environment Promotion";

/** Changes *Environment Promotion*. What the file leaves out stays as it is. */
export async function loadWorkflow(
  loading: Loading,
  wanted: SeedWorkflow | undefined,
  roles: RoleNames,
): Promise<void> {
  if (wanted === undefined) return;
  const { tx, by, context } = loading;
  const current = await workflows.current(tx, by.organizationId);
  const assignees = [...(wanted.assignees ?? []), ...current.assigneeIds];
  await readNames(
    loading,
    assignees.map((memberId) => ({ memberId })),
  );
  const faultCount = loading.faults.length;
  const workflow = {
    ...current,
    ...decideLists(loading, wanted, current, roles),
    options: decideOptions(loading, wanted, current),
  };
  roles.checkExisting(loading, workflow.roleIds, ["workflow", "roles"]);
  if (isDeepStrictEqual(normal(workflow), normal(current)) || loading.faults.length > faultCount) return;
  unlessRefused(loading, await saveWorkflow(context, { ...by, workflow }), pathOf);
}

/** Lists are sets: their order does not matter. */
const normal = ({ roleIds, assigneeIds, ...rest }: Workflow) => ({
  ...rest,
  roleIds: asSet(roleIds),
  assigneeIds: asSet(assigneeIds),
});

/** Returns where in the file a refusal belongs. */
function pathOf({ code }: Refusal): SeedPath {
  if (code === "no-roles") return ["workflow", "roles"];
  return code === "assignee-not-in-roles" ? ["workflow", "assignees"] : ["workflow"];
}

/** What all settings of the workflow have in common. @param isNew whether no workflow was ever saved */
const common = (key: string, { version }: Workflow) => ({
  ...{ path: ["workflow", key], key: `workflow/${key}`, subject, setting: key, isNew: version === 0 },
});

function decideLists(loading: Loading, wanted: SeedWorkflow, current: Workflow, roles: RoleNames) {
  const names = wanted.roles && roles.resolve(loading, wanted.roles, ["workflow", "roles"]);
  return {
    enabled: decide(loading, {
      ...{ ...common("enabled", current), file: wanted.enabled, stored: current.enabled, show: showFlag },
    }),
    roleIds: decide(loading, {
      ...{ ...common("roles", current), file: names && asSet(names), stored: asSet(current.roleIds) },
      show: showNames(loading, "none"),
    }),
    assigneeIds: decide(loading, {
      ...common("assignees", current),
      file: wanted.assignees && asSet(wanted.assignees),
      stored: asSet(current.assigneeIds),
      sayable: (ids: string[]) => ids.filter((id) => !loading.absent.has(id)),
      show: showNames(loading, "everyone in these roles"),
    }),
  };
}

function decideOptions(loading: Loading, wanted: SeedWorkflow, current: Workflow): Workflow["options"] {
  const { options } = current;
  const values: Record<string, unknown> = {};
  for (const name of optionNames) values[name] = decideOption(loading, wanted, current, name);
  const cardsTo = decide<CardsTo>(loading, {
    ...{ ...common("cardsTo", current), path: ["workflow", "options", "cardsTo"] },
    ...{ file: wanted.cardsTo, stored: options.cardsTo, isEqual: sameCardsTo, show: showCardsTo },
  });
  return { ...options, ...(values as OptionValues), cardsTo };
}

function decideOption(loading: Loading, { options }: SeedWorkflow, current: Workflow, name: OptionName) {
  type Value = string | number | boolean;
  const setting: Setting<Value> = {
    ...{ ...common(name, current), path: ["workflow", "options", name] },
    ...{ file: options?.[name], stored: current.options[name] },
    show: (value) => (typeof value === "boolean" ? showFlag(value) : String(value)),
  };
  return decide(loading, setting);
}

/** A channel that was renamed is the same one. */
const sameCardsTo = (one: CardsTo, other: CardsTo): boolean =>
  one.kind === other.kind &&
  (one.kind === "reviewers" || (other.kind === "channel" && one.channelId === other.channelId));

const showCardsTo = (cardsTo: CardsTo): string =>
  cardsTo.kind === "reviewers" ? "each reviewer" : `#${cardsTo.channelName}`;
