import { connect } from "../../db/connection/connect.ts";
import { migrate } from "../../db/connection/migrate.ts";
import { readTokenConfig } from "../config.ts";
import { system } from "../domain/shared/actor.ts";
import { pausedScopes } from "../domain/tokens/admin-scopes.ts";
import type { Scope } from "../domain/tokens/scope.ts";
import { errorWords } from "../lib/error-words.ts";
import { getProjectBySlug } from "../queries/catalog/get-by-slug.ts";
import { listProjectSlugs } from "../queries/catalog/get-projects.ts";
import { type FoundMember, findMember } from "../queries/people/find-member.ts";
import { getAdmins } from "../queries/people/get-admins.ts";
import { refusalWords } from "../slack/words/refusals.ts";
import { type Context, OutcomeUnknown } from "../usecases/shared/context.ts";
import { type CreatedToken, createToken } from "../usecases/tokens/create-token.ts";
import { openDatabase } from "./open-database.ts";
import { readTokenArguments, type TokenArguments, TokenArgumentsError, usage } from "./token-arguments.ts";

/**
 * Runs `npm run token`: creates an API token in the database that DATABASE_URL names, for example the first token of a
 * new installation. It needs no admin, only access to the database. The audit log records the command line as the actor.
 */
async function main(args: readonly string[]): Promise<void> {
  if (args.length === 0 || args.includes("--help")) {
    process.stderr.write(`${usage}\n`);
    process.exitCode = args.length === 0 ? 1 : 0;
    return;
  }
  const options = readTokenArguments(args);
  const server = await openDatabase(readTokenConfig().databaseUrl);
  const database = connect(server.url, { applicationName: "signoff-token" });
  try {
    await migrate(server.url).catch((error: unknown) => {
      throw new Error(
        `The database cannot be used: ${wordsOf(error)}. Check DATABASE_URL and that PostgreSQL runs.`,
      );
    });
    const context: Context = { db: database.db, now: () => new Date(), wake: () => {} };
    const { organization, person } = await findOwner(context, options);
    const { token, text } = await create(context, options, organization.id, person.id);
    process.stderr.write(
      `Made the token ${token.name} of ${organization.name}: ${token.scopes.join(", ")}, for ${options.project ?? "every project"}. It acts for ${person.name}. ${reviewWords(person.name, token.scopes)}${await pauseWords(context, organization.id, person, token.scopes)}You will not see it again:\n`,
    );
    process.stdout.write(`${text}\n`);
  } finally {
    await database.close();
    await server.stop();
  }
}

/** Returns the member the token acts for. Throws `TokenArgumentsError` if there is none, or more than one. */
async function findOwner({ db }: Context, { member, organization }: TokenArguments): Promise<FoundMember> {
  const everywhere = await findMember(db, member);
  const matches = everywhere.filter(
    (match) => organization === undefined || match.organization.id === organization,
  );
  const [first, ...others] = matches;
  if (first === undefined) {
    throw new TokenArgumentsError(
      `Signoff knows no active member with the address ${member}${organization === undefined ? "" : ` in ${organization}`}. It knows who runs the workspace from its first start on, and everybody else once they opened Signoff's Home in Slack or were given a role.`,
    );
  }
  if (others.length > 0) {
    const where = matches.map((match) => `${match.organization.id} (${match.organization.name})`);
    throw new TokenArgumentsError(
      `${member} is a member of ${where.join(" and ")}: say which, with --organization.`,
    );
  }
  return first;
}

async function create(
  context: Context,
  { name, scopes, project, endsAt }: TokenArguments,
  organizationId: string,
  memberId: string,
): Promise<CreatedToken> {
  const projectId = project === undefined ? null : await findProject(context, organizationId, project);
  const result = await createToken(context, {
    ...{ organizationId, actor: system("command line"), surface: "command-line" },
    ...{ name, scopes, projectId, memberId, endsAt },
  });
  if (!result.ok) throw new TokenArgumentsError(refusalWords(result.refusal));
  return result.value;
}

/** R5: says whose reviews the token rules out. */
function reviewWords(member: string, scopes: readonly Scope[]): string {
  if (!scopes.includes("requests:write")) return "";
  const named = scopes.includes("requests:on-behalf") ? ", and neither can a member whom it names" : "";
  return `${member} can't review what it requests${named}. `;
}

async function pauseWords(
  { db }: Context,
  organizationId: string,
  { id, name }: { id: string; name: string },
  scopes: readonly Scope[],
): Promise<string> {
  const { isAdmin } = await getAdmins(db, organizationId, id);
  const paused = pausedScopes({ scopes, adminScopesUntil: null }, isAdmin, new Date());
  return paused.length === 0
    ? ""
    : `${name} is not an admin: ${paused.join(" and ")} ${paused.length === 1 ? "pauses" : "pause"} until they are. `;
}

async function findProject({ db }: Context, organizationId: string, slug: string): Promise<string> {
  const found = await getProjectBySlug(db, organizationId, slug);
  if (found !== undefined) return found.id;
  const projects = await listProjectSlugs(db, organizationId);
  const slugs = projects.map((project) => project.slug);
  throw new TokenArgumentsError(
    `There is no project ${slug}. ${slugs.length === 0 ? "There is none yet." : `There are ${slugs.join(", ")}.`}`,
  );
}

function wordsOf(error: unknown): string {
  if (error instanceof OutcomeUnknown) {
    return "The database did not say whether the token was made. If Settings › API Tokens lists it, revoke it, and make another one.";
  }
  return errorWords(error);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const outcome = error instanceof OutcomeUnknown ? "" : "No token was made.\n";
  process.stderr.write(`${outcome}${wordsOf(error)}\n`);
  process.exit(1);
});
