import type { Random } from "../run/random.ts";
import { pause } from "../run/wait.ts";
import type { ChaosWorld } from "../run/world.ts";

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
  "somebody leaves": 2.5,
  "somebody returns": 2.5,
  "channel archived for a while": 1,
  "an integration is renamed": 1.5,
  "settings change": 4,
  "workflow off and on": 1,
};

/** Runs one episode after another until `isOver`, with a short rest after each. */
export async function changeWeather(
  world: ChaosWorld,
  choices: Random,
  isOver: () => boolean,
): Promise<void> {
  const { weather, replicas, admin, figures, say } = world;
  while (!isOver()) {
    // With fewer than two replicas up, none is killed. Killing all is a separate episode.
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
      case "settings change":
        say(`settings change: ${await admin.change(choices)}`);
        break;
      case "somebody leaves":
        await admin.somebodyLeaves(choices);
        break;
      case "somebody returns":
        await admin.somebodyReturns(choices);
        break;
      case "channel archived for a while":
        await archiveForAWhile(world, choices);
        break;
      case "an integration is renamed":
        await world.renames.rename(choices);
        break;
      case "workflow off and on":
        await turnOffAndOn(world, choices);
        break;
    }
    await pause(choices.between(200, 1_200));
  }
}

function killOne({ replicas }: ChaosWorld, choices: Random): void {
  const ready = replicas.ready();
  if (ready.length > 0) replicas.kill(choices.pick(ready).index, "at a random moment");
}

/** Somebody opens their Home. Slack's events meet the same faults, with Slack's retries. */
function somebodyChanges({ slack, figures }: ChaosWorld, choices: Random): void {
  const { id } = choices.pick(slack.workspace.people);
  figures.add("events", 2);
  slack.workspace.changePerson(id, { title: `Title ${choices.between(1, 1_000)}` });
  void slack.openHome(id).catch(() => undefined);
}

/** Archives the channel for review cards. What goes there meanwhile goes to each reviewer directly. */
async function archiveForAWhile({ admin }: ChaosWorld, choices: Random): Promise<void> {
  await admin.archiveChannel(true);
  await pause(choices.between(1_500, 5_000));
  await admin.archiveChannel(false);
}

/** Turns the workflow off for a while (R1). Requests made meanwhile are promoted immediately; open ones stay or are cancelled. */
async function turnOffAndOn({ admin }: ChaosWorld, choices: Random): Promise<void> {
  await admin.turn(false, choices.chance(0.25));
  await pause(choices.between(1_500, 4_000));
  await admin.turn(true);
}
