import { checkActs } from "../check/acts.ts";
import { checkCalls } from "../check/calls.ts";
import { checkCards } from "../check/cards.ts";
import { checkDeployer } from "../check/deployer.ts";
import { collect, type Facts } from "../check/facts.ts";
import { checkAudit, checkDeployments, checkOutcomes } from "../check/log.ts";
import { checkEmails, checkMessages, checkOutbox } from "../check/notices.ts";
import { checkRefusals } from "../check/refusals.ts";
import { checkReminders } from "../check/reminders.ts";
import { checkJudged } from "../check/settings.ts";
import { checkTold } from "../check/told.ts";
import { changeWeather } from "../faults/episodes.ts";
import type { Place } from "../stories/catalog.ts";
import { People } from "../stories/people.ts";
import { Scenarios } from "../stories/scenarios.ts";
import type { RunOptions } from "./options.ts";
import { becomeQuiet } from "./quiet.ts";
import { random } from "./random.ts";
import type { Figures } from "./stats.ts";
import { type ChaosWorld, startChaosWorld } from "./world.ts";

export type Ran = { seed: number; figures: Figures; violations: string[]; output: string[] };

/** Runs people and faults together, waits until all is quiet, and checks the result. */
export async function run(seed: number, options: RunOptions): Promise<Ran> {
  const world = await startChaosWorld(seed, options);
  const violations: string[] = [];
  let isStopped = false;
  try {
    const people = new People(world);
    const began = Date.now();
    await act(world, people, options);
    world.figures.add("seconds of faults", Math.round((Date.now() - began) / 1000));
    await becomeQuiet(world, violations);
    await world.replicas.stop();
    isStopped = true;
    violations.push(...world.replicas.faults);
    // The first statement on a connection that a restart cut may still fail.
    const facts = await world.read(() => collect(world, people));
    count(world, facts);
    violations.push(...(await check(world, people, facts)));
  } finally {
    if (!isStopped) await world.replicas.stop();
    await world.stop();
  }
  return { seed, figures: world.figures, violations, output: world.replicas.output() };
}

async function check(world: ChaosWorld, people: People, facts: Facts): Promise<string[]> {
  return [
    ...checkOutbox(world, facts),
    ...checkAudit(facts),
    ...checkOutcomes(facts),
    ...checkJudged(world, facts),
    ...checkDeployments(facts),
    ...checkDeployer(world, facts),
    ...(await checkCards(world, facts)),
    ...checkMessages(world, facts),
    ...checkEmails(world, facts),
    ...checkTold(world, facts),
    ...checkReminders(world, facts),
    ...checkActs(world, people, facts),
    ...checkCalls(world, facts),
    ...checkRefusals(world, facts),
    ...checkDriven(facts),
    ...world.slack.violations.map(
      ({ method, rule, message }) => `Slack's limits: ${method}, ${rule}: ${message}`,
    ),
  ];
}

/** Checks that something was promoted; a run without promotions proves nothing. On a busy machine, many people give up. */
function checkDriven({ requests }: Facts): string[] {
  if (requests.length === 0) return ["not one story came to a request"];
  const promoted = requests.filter(({ state }) => state === "promoted").length;
  return promoted === 0 && requests.length >= 10
    ? [`not one of ${requests.length} requests was promoted`]
    : [];
}

/** Runs the stories, as many at once as the options say, while the faults change. */
async function act(world: ChaosWorld, people: People, options: RunOptions): Promise<void> {
  const until = Date.now() + options.minutes * 60_000;
  const scenarios = new Scenarios(world, people);
  const free: Place[] = [...world.places];
  let begun = 0;
  const story = async (): Promise<void> => {
    while (begun < options.requests && Date.now() < until) {
      begun += 1;
      const choices = random(world.seed, `story ${begun}`);
      // Each integration has one story at a time.
      const place = free.splice(choices.between(0, free.length - 1), 1)[0] as Place;
      await scenarios.run(place, choices);
      free.push(place);
    }
  };
  const atOnce = Math.min(options.atOnce, world.places.length);
  let over = false;
  const weather = changeWeather(world, random(world.seed, "episodes"), () => over);
  await Promise.all(Array.from({ length: atOnce }, story));
  over = true;
  await weather;
  if (begun < options.requests)
    world.figures.add("stories left out for lack of time", options.requests - begun);
}

function count({ figures }: ChaosWorld, facts: Facts): void {
  for (const { state } of facts.requests) figures.add(`state: ${state}`);
  figures.add("cards", facts.cards.length);
  const posted = [...facts.messages.values()].reduce((sum, found) => sum + found.length, 0);
  figures.add("messages in Slack, cards too", posted);
  figures.add("emails sent", facts.farEmails.length);
  figures.add("outbox items", facts.outbox.length);
  figures.add("audit rows of requests", facts.audit.length);
}
