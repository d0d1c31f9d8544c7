import { and, eq, isNull } from "drizzle-orm";
import { deployments, outbox } from "../../db/schema/index.ts";
import { expireOverdue } from "../../src/usecases/expire-request.ts";
import { checkActs } from "./check/acts.ts";
import { checkCards } from "./check/cards.ts";
import { checkDeployer } from "./check/deployer.ts";
import { collect, type Facts } from "./check/facts.ts";
import { checkAudit, checkDeployments, checkOutcomes } from "./check/log.ts";
import { checkEmails, checkMessages, checkOutbox, checkTold } from "./check/notices.ts";
import type { Figures } from "./figures.ts";
import type { RunOptions } from "./options.ts";
import { People } from "./people.ts";
import { type Random, random } from "./random.ts";
import { Scenarios } from "./scenarios.ts";
import { lookFor, pause } from "./wait.ts";
import { type ChaosWorld, type Place, startChaosWorld } from "./world.ts";

export type Ran = { seed: number; figures: Figures; violations: string[]; output: string[] };

/** How long after the last fault everything must have been delivered. Waits after failed tries are in it. */
const quietWithinMs = 240_000;

/** One run: faults and people at once, then quiet, then the checks. */
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
    // The first statement on a connection that a restart had cut may still fail.
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
    ...checkOutbox(facts),
    ...checkAudit(facts),
    ...checkOutcomes(facts, world.requiredApprovals),
    ...checkDeployments(facts),
    ...checkDeployer(world, facts),
    ...(await checkCards(world, facts)),
    ...checkMessages(world, facts),
    ...checkEmails(facts),
    ...checkTold(world, facts),
    ...checkActs(world, people, facts),
    ...world.slack.violations.map(
      ({ method, rule, message }) => `Slack's limits: ${method}, ${rule}: ${message}`,
    ),
  ];
}

/** People act, as many stories at once as were asked for, while the weather changes. */
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

const episodes = {
  calm: 3,
  "429": 3,
  "5xx": 3,
  "lost answers": 3,
  slow: 2,
  kill: 3,
  "kill at a send": 4,
  "kill at a webhook": 3,
  "kill all": 0.5,
  "PostgreSQL restarts": 1.5,
  "PostgreSQL crashes": 1.5,
  "rolling restart": 1,
  "people change": 2,
};

/** One episode after the other until it is over, each with a short rest behind it. */
async function changeWeather(world: ChaosWorld, choices: Random, isOver: () => boolean): Promise<void> {
  const { weather, replicas, figures, say } = world;
  while (!isOver()) {
    // With fewer than two up, the next one is spared: that all are away is an episode of its own.
    const chosen = choices.weighted(episodes);
    const episode = chosen.startsWith("kill") && replicas.ready().length < 2 ? "calm" : chosen;
    figures.add(`episode: ${episode}`);
    say(episode);
    switch (episode) {
      case "calm":
        await pause(choices.between(300, 1_500));
        break;
      case "429":
      case "5xx":
      case "lost answers":
      case "slow":
        weather.storm(episode);
        await pause(choices.between(800, 2_500));
        weather.storm(null);
        break;
      case "kill":
        killOne(world, choices);
        break;
      case "kill at a send":
        weather.armKill();
        break;
      case "kill at a webhook":
        weather.armKillAtWebhook();
        break;
      case "kill all":
        for (const { index } of replicas.ready()) replicas.kill(index, "with all others");
        break;
      case "PostgreSQL restarts":
      case "PostgreSQL crashes":
        await world.postgres.restart(episode === "PostgreSQL crashes" ? "immediate" : "fast");
        break;
      case "rolling restart":
        await replicas.roll();
        break;
      case "people change":
        somebodyChanges(world, choices);
        break;
    }
    await pause(choices.between(200, 1_200));
  }
}

function killOne({ replicas }: ChaosWorld, choices: Random): void {
  const ready = replicas.ready();
  if (ready.length > 0) replicas.kill(choices.pick(ready).index, "at a random moment");
}

/** Slack's events go through the same storms, with Slack's retries; somebody looks at their Home. */
function somebodyChanges({ slack, figures }: ChaosWorld, choices: Random): void {
  const { id } = choices.pick(slack.workspace.people);
  figures.add("events", 2);
  slack.workspace.changePerson(id, { title: `Title ${choices.between(1, 1_000)}` });
  void slack.openHome(id).catch(() => undefined);
}

/** No more faults. What has run out is written down as the job does, by two at once; then everything must go out. */
async function becomeQuiet(world: ChaosWorld, violations: string[]): Promise<void> {
  const { weather, balancer, replicas, database, say } = world;
  weather.clear();
  balancer.calm();
  say("the faults are over");
  const began = Date.now();
  await balancer.delivered();
  await replicas.allReady();
  const wake = () => void database.sql.notify("signoff_outbox", "chaos").catch(() => undefined);
  const context = { db: database.db, now: () => new Date(), wake };
  await world.read(() => Promise.all([expireOverdue(context), expireOverdue(context)]));
  if ((await endAttempts(world)) === undefined) violations.push("a deployment never ended");
  await world.slack.delivered();
  // Twice in a row: what one item adds for others is seen, too.
  let quietLooks = 0;
  let looks = 0;
  const quiet = await lookFor(
    async () => {
      const open = await world.read(({ db }) => db.$count(outbox, isNull(outbox.settledAt)));
      quietLooks = open === 0 ? quietLooks + 1 : 0;
      if (looks++ % 40 === 39) await sayWhatIsOpen(world);
      return quietLooks >= 3 ? true : undefined;
    },
    quietWithinMs,
    250,
  );
  world.figures.add("seconds to quiet", Math.round((Date.now() - began) / 1000));
  if (quiet === undefined) violations.push(`it was not quiet ${quietWithinMs / 1000} s after the last fault`);
  say("quiet");
}

/** The far side says what it has to say; who is silent has been so for too long. Undefined where one never ends. */
async function endAttempts(world: ChaosWorld): Promise<true | undefined> {
  await world.site.said(quietWithinMs / 2);
  return lookFor(
    async () => {
      const running: { id: string }[] = await world.read(({ db }) =>
        db
          .select({ id: deployments.id })
          .from(deployments)
          .where(
            and(eq(deployments.organizationId, world.organizationId), eq(deployments.status, "in progress")),
          ),
      );
      for (const { id } of running) {
        if (world.site.attempts.get(id)?.behaviour === "stays silent") await world.endSilence(id);
      }
      return running.length === 0 ? true : undefined;
    },
    quietWithinMs / 2,
    250,
  );
}

async function sayWhatIsOpen({ read, say }: ChaosWorld): Promise<void> {
  const open = await read(({ db }) => db.select().from(outbox).where(isNull(outbox.settledAt)).limit(5));
  for (const { key, attempts, reason, availableAt, leasedUntil } of open) {
    say(
      `open: ${key}, attempt ${attempts}, due ${availableAt.toISOString()}, leased until ${leasedUntil?.toISOString()}: ${reason}`,
    );
  }
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
