import type { MemberId } from "../../domain/people/people.ts";
import type { OptionValues } from "../../domain/workflow/options.ts";
import type { CardsTo } from "../../domain/workflow/workflow.ts";

/** A value that the file may leave out, which leaves the setting as it is. */
type Unless<T> = { [K in keyof T]?: T[K] | undefined };

/** A commit of a build. */
export type SeedCommit = { hash: string; message: string } & Unless<{ author: string; link: string }>;

/** A build. Builds never change. */
export type SeedBuild = { id: string; version: string } & Unless<{
  digest: string;
  commit: string;
  link: string;
  author: string;
  /** When it was built, in ISO 8601. */
  builtAt: string;
  /** The commits since the previous build, newest first. */
  commits: readonly SeedCommit[];
}>;

/** A member of a role, in these projects, by slug; null: for the whole organization. */
export type SeedHolder = { memberId: MemberId; projects: readonly string[] | null };

export type SeedRole = { name: string } & Unless<{
  previousName: string;
  deleted: boolean;
  members: readonly SeedHolder[];
  /** The Slack user group that the role follows; null: none. */
  group: { id: string; handle: string } | null;
  /** The projects, by slug, in which the members of the user group hold the role; empty: the whole organization. */
  groupProjects: readonly string[];
}>;

/** Something that has a fault of its own. It is not loaded, and what refers to it by this name is not a fault. */
export type Broken = { broken: string };

export const isBroken = (item: object): item is Broken => "broken" in item;

/** What projects, environments, and integrations have in common. */
type SeedItem = { slug: string } & Unless<{ previousSlug: string; name: string; archived: boolean }>;

export type SeedEnvironment = SeedItem & Unless<{ critical: boolean }>;

export type SeedWebhook = Unless<{ url: string; reportTimeoutMinutes: number }>;

export type SeedIntegration = SeedItem &
  Unless<{
    deployer: "record" | "webhook";
    webhook: SeedWebhook;
    /** Contains {from} and {to}; null: none. */
    compareUrl: string | null;
    /** Oldest first. */
    builds: readonly SeedBuild[];
    /** The ID of the build that is live in an environment, by the environment's slug. */
    live: Readonly<Record<string, string>>;
  }>;

export type SeedProject = SeedItem &
  Unless<{
    /** The names of the roles whose holders may request; empty: everyone. */
    requesters: readonly string[];
    /** In order, first to last. */
    environments: readonly SeedEnvironment[];
    integrations: readonly (SeedIntegration | Broken)[];
  }>;

export type SeedWorkflow = Unless<{
  enabled: boolean;
  roles: readonly string[];
  assignees: readonly MemberId[];
  options: Unless<OptionValues>;
  cardsTo: CardsTo;
}>;

/**
 * The content of a seed file, with people, groups, and channels as Slack's ids. Whatever it leaves out stays as it is. A
 * list that it gives is the whole list, except projects, environments, and integrations.
 */
export type SeedContent = Unless<{
  roles: readonly (SeedRole | Broken)[];
  projects: readonly (SeedProject | Broken)[];
  workflow: SeedWorkflow;
}>;
