import { idOf } from "../../support/catalog.ts";
import { isSettings } from "./act-settings.ts";
import { adminsIn, type Facts } from "./facts.ts";
import type { Happened } from "./model.ts";
import type { Step } from "./steps.ts";
import { places } from "./world.ts";

/** Remembers which projects only certain roles may request in, also while a project is archived. */
export class Restricted {
  readonly #projects = new Set<string>();

  /** Returns the projects that were opened to everybody by somebody who may not do that. */
  follow({ step, got, after }: Happened): string[] {
    const opens = got.ok && mayLower(step, after)(`requesters ${projectOf(step)}`);
    return after.projects.flatMap(({ id, slug, archived, requesters }) => {
      if (requesters.length > 0) this.#projects.add(id);
      if (requesters.length > 0 || archived || !this.#projects.has(id)) return [];
      if (opens && projectOf(step) === slug) this.#projects.delete(id);
      return this.#projects.has(id) ? [`Everybody may request in ${slug} now, but no admin said so`] : [];
    });
  }
}

const projectOf = (step: Step): string => ("place" in step ? (places[step.place]?.project ?? "") : "");

/** Returns which guards a step lowered although it may not. */
export function wronglyLowered({ step, got, before, after }: Happened): string[] {
  const may = got.ok ? mayLower(step, before) : () => false;
  return lowered(before, after)
    .filter((guard) => !may(guard))
    .map((guard) => `A guard was lowered: ${guard}`);
}

/** Returns the guards that are lower than before, by name. */
function lowered(before: Facts, after: Facts): string[] {
  return [
    ...before.environments.flatMap((one) => loweredAt(one, before, after)),
    ...inWorkflow(before, after),
  ];
}

function loweredAt(environment: Facts["environments"][number], before: Facts, after: Facts): string[] {
  if (!environment.critical) return [];
  const { id, projectId, slug } = environment;
  const project = before.projects.find((one) => one.id === projectId);
  if (project === undefined) return [];
  const name = `${project.slug}/${slug}`;
  const now = after.environments.find((one) => one.id === id);
  if (now === undefined) return [`dropped ${name}`];
  const ahead = (facts: Facts) => {
    const pipeline = facts.environments.filter((one) => one.projectId === projectId);
    return pipeline
      .slice(
        0,
        pipeline.findIndex((one) => one.id === id),
      )
      .map((one) => one.id);
  };
  const still = new Set(ahead(after));
  return [
    ...(now.critical ? [] : [`critical ${name}`]),
    ...(ahead(before).every((one) => still.has(one)) ? [] : [`before ${name}`]),
  ];
}

function inWorkflow({ workflow: was }: Facts, { workflow: is }: Facts): string[] {
  if (was === null || is === null || was.version === is.version || !was.enabled) return [];
  const [a, b] = [was.options, is.options];
  return [
    ...(is.enabled ? [] : ["workflow enabled"]),
    ...(a.gate === "every" && b.gate === "critical" ? ["workflow gate"] : []),
    ...(b.requiredApprovals < a.requiredApprovals ? ["workflow requiredApprovals"] : []),
    ...(b.selfReview && !a.selfReview ? ["workflow selfReview"] : []),
    ...(is.roleIds.some((id) => !was.roleIds.includes(id)) ? ["workflow roles"] : []),
    ...(is.assigneeIds.length === 0 && was.assigneeIds.length > 0 ? ["workflow assignees"] : []),
  ];
}

/** Returns which guards a step may lower: an admin in Slack every one, a file those that it names, others none. */
function mayLower(step: Step, facts: Facts): (guard: string) => boolean {
  if (isSettings(step)) {
    const admin = "by" in step && adminsIn(facts).includes(idOf(step.by));
    return () => admin;
  }
  if (step.do !== "seed") return () => false;
  const { workflow, pipeline, requesters } = step;
  return (guard) => {
    const [kind = "", what = ""] = guard.split(" ");
    if (kind === "workflow") return workflow !== undefined && workflow[what as "roles"] !== undefined;
    if (kind === "requesters") return requesters !== undefined;
    if (kind === "before") return pipeline !== undefined;
    const slug = what.split("/")[1];
    return (
      kind === "critical" && pipeline?.some((one) => one.slug === slug && one.critical === false) === true
    );
  };
}
