import {
  type IntegrationRow,
  type KnownIntegration,
  listAllIntegrations,
} from "../../../db/catalog/integrations.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import type { DeployerKind } from "../../domain/deployments/deployment.ts";
import { checkName } from "../../domain/shared/check-name.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { userNameNote, withoutUserName } from "../../domain/shared/web-link.ts";
import { archiveIntegration } from "../catalog/archive-integration.ts";
import { saveIntegration } from "../catalog/save-integration.ts";
import { decideArchived } from "./archived.ts";
import { loadWebhook } from "./load-webhook.ts";
import { decide, done, fault, type Loading, note, remember, unlessRefused } from "./loading.ts";
import { resolveItems } from "./resolve-items.ts";
import { type Broken, isBroken, type SeedEnvironment, type SeedIntegration } from "./seed-content.ts";
import type { SeedPath } from "./seed-report.ts";
import { showAddress, showText } from "./show-values.ts";

/** The project of the integrations. `environments`: its environments in the file. */
type Owner = { projectId: string; slug: string; environments: readonly SeedEnvironment[] };

/** An integration of the file that exists by now. */
export type LoadedIntegration = {
  integration: SeedIntegration;
  path: SeedPath;
  subject: string;
  id: string;
  projectId: string;
  environments: readonly SeedEnvironment[];
};

/** Loads the integrations of a project. Those that the file leaves out stay as they are. */
export async function loadIntegrations(
  loading: Loading,
  owner: Owner,
  list: readonly (SeedIntegration | Broken)[],
  path: SeedPath,
): Promise<LoadedIntegration[]> {
  const { tx, by } = loading;
  const all = await listAllIntegrations(tx, by.organizationId, owner.projectId);
  const named = list.flatMap((item, i) => (isBroken(item) ? [] : [{ item, path: [...path, i] }]));
  const found = resolveItems(loading, all, named, "integration").map(({ item, path, stored }) => {
    const subject = `integration ${owner.slug}/${stored?.slug ?? item.slug}`;
    return { integration: item, path, subject, stored };
  });
  const remaining: typeof found = [];
  // What the file archives comes first: it frees its name.
  for (const one of found) if (await remains(loading, owner, one)) remaining.push(one);
  const loaded: LoadedIntegration[] = [];
  for (const { integration, path: at, subject, stored } of remaining) {
    const id = stored?.id ?? (await create(loading, owner, integration, at, subject));
    if (id === undefined) continue;
    const one = { integration, path: at, subject, id, ...owner };
    await change(loading, one, stored === undefined);
    loaded.push(one);
  }
  return loaded;
}

/** Archives or restores an integration if the file says so. Returns whether its content is to be loaded. */
async function remains(
  loading: Loading,
  { projectId }: Owner,
  one: {
    integration: SeedIntegration;
    path: SeedPath;
    subject: string;
    stored: KnownIntegration | undefined;
  },
): Promise<boolean> {
  const { integration, path, subject, stored } = one;
  if (stored === undefined) {
    if (integration.archived) note(loading, path, subject, "does not exist, so there is nothing to archive");
    return !integration.archived;
  }
  const { id: integrationId, name, slug, archived } = stored;
  const next = decideArchived(loading, {
    ...{ path, subject, key: `integration:${integrationId}/archived` },
    ...{ file: integration.archived, stored: archived },
  });
  if (next === archived) return !archived;
  const input = { ...loading.by, projectId };
  const result = next
    ? await archiveIntegration(loading.context, { ...input, integrationId })
    : await saveIntegration(loading.context, { ...input, name, slug, integration: null });
  const value = unlessRefused<unknown>(loading, result, () => [...path, "archived"]);
  return value !== undefined && !next;
}

async function create(
  loading: Loading,
  { projectId }: Owner,
  { slug, name }: SeedIntegration,
  path: SeedPath,
  subject: string,
): Promise<string | undefined> {
  if (name === undefined) {
    fault(loading, path, `The integration ${slug} is new, so it needs a name.`);
    return undefined;
  }
  const input = { ...loading.by, projectId, name, slug, integration: null };
  const value = unlessRefused(loading, await saveIntegration(loading.context, input), pathIn(path));
  if (value === undefined) return undefined;
  remember(loading, `integration:${value.integrationId}/archived`, false, false);
  done(loading, path, subject, `created: ${name}`);
  return value.integrationId;
}

/** Returns where in the file a refusal belongs. */
const pathIn =
  (path: SeedPath) =>
  ({ code }: Refusal): SeedPath =>
    code === "name-taken" ? [...path, "name"] : path;

/** Sets the name, slug, comparison, webhook, and deployer of an integration. */
async function change(loading: Loading, one: LoadedIntegration, isNew: boolean): Promise<void> {
  const { integration, path, subject, id, projectId } = one;
  const webhook = await loadWebhook(loading, one);
  const stored = await findStored(loading, one);
  const setting = <T>(name: string, values: { file: T | undefined; stored: T; replaces?: T | undefined }) => {
    return {
      path: [...path, name],
      key: `integration:${id}/${name}`,
      subject,
      setting: name,
      isNew,
      ...values,
    };
  };
  const { previousSlug } = integration;
  const slug = decide(loading, {
    ...setting("slug", { file: integration.slug, stored: stored.slug, replaces: previousSlug }),
    show: showText,
  });
  const name = decide(loading, {
    ...setting("name", { file: integration.name, stored: stored.name }),
    show: showText,
    check: (name, present) => checkName("integration", name, present),
  });
  const fileUrl = integration.compareUrl && withoutUserName(integration.compareUrl);
  if (fileUrl !== integration.compareUrl) note(loading, [...path, "compareUrl"], subject, userNameNote);
  const compareUrl = decide(loading, {
    ...setting("compareUrl", { file: fileUrl, stored: stored.compareUrl }),
    show: (url: string | null) => (url === null ? "none" : showAddress(url)),
  });
  const deployer = decide<string>(loading, {
    ...setting<string>("deployer", {
      file: integration.deployer ?? (webhook.created ? "webhook" : undefined),
      stored: webhook.deployerBefore,
    }),
    isNew: isNew || (webhook.created && integration.deployer === undefined),
    show: showText,
  });
  const wanted = { slug, name, compareUrl, deployer };
  const isSame = (Object.keys(wanted) as (keyof typeof wanted)[]).every((key) => wanted[key] === stored[key]);
  if (isSame) return;
  if (deployer === "webhook" && !(await findWebhook(loading, id))) {
    return fault(loading, [...path, "deployer"], "The deployer webhook needs a webhook: { url: … }.");
  }
  const saved = await saveIntegration(loading.context, {
    ...{ ...loading.by, projectId, name, slug, compareUrl, deployer: deployer as DeployerKind },
    integration: { id, seen: stored },
  });
  unlessRefused(loading, saved, pathIn(path));
}

async function findStored(
  { tx, by }: Loading,
  { id, projectId }: LoadedIntegration,
): Promise<IntegrationRow> {
  const all = await listAllIntegrations(tx, by.organizationId, projectId);
  const stored = all.find((one) => one.id === id);
  if (stored === undefined) throw new Error("The integration was not stored");
  return stored;
}

const findWebhook = ({ tx, by }: Loading, id: string) => webhooks.find(tx, by.organizationId, id);
