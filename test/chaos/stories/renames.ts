import { stringify } from "yaml";
import { loadSeedFile, type SeedDeps } from "../../../src/seed/load-seed-file.ts";
import type { Random } from "../run/random.ts";
import type { Figures } from "../run/stats.ts";
import { persist } from "../run/wait.ts";
import type { Place } from "./catalog.ts";
import type { Pipeline } from "./pipeline.ts";

/** An integration's new name, and the moments in milliseconds between which it took effect. Infinity: it may never have. */
export type Rename = { integrationId: string; name: string; sentAt: number; answeredAt: number };

type Parts = {
  pipeline: Pipeline;
  seed: SeedDeps;
  organizationId: string;
  places: readonly Place[];
  figures: Figures;
};

/** Renames integrations during the run, which changes a bound fact of their open requests (R7). No name comes back. */
export class Renames {
  readonly tried: Rename[] = [];
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Renames an integration that the seed chooses, through the API or by a seed file. */
  async rename(random: Random): Promise<void> {
    const { pipeline, places, figures } = this.#parts;
    const place = random.pick(places);
    const name = `${place.slug} ${this.tried.length + 2}`;
    const rename = { integrationId: place.id, name, sentAt: Date.now(), answeredAt: Infinity };
    this.tried.push(rename);
    const bySeedFile = random.chance(0.5);
    figures.add(`renames: ${bySeedFile ? "by a seed file" : "through the API"}`);
    if (bySeedFile) await this.#load(place, name);
    const [token] = pipeline.tokens;
    const isDone = bySeedFile || (token !== undefined && (await pipeline.rename(place, token, name)));
    if (isDone) rename.answeredAt = Date.now();
  }

  async #load({ slug }: Place, name: string): Promise<void> {
    const { seed, organizationId } = this.#parts;
    const file = { projects: [{ slug: "core", integrations: [{ slug, name }] }] };
    await persist(() => loadSeedFile(seed, organizationId, stringify(file), { force: true }));
  }

  /** Returns whether an integration was certainly renamed after the first of these moments and before the second. */
  wasRenamed(integrationId: string, from: number, to: number): boolean {
    return this.tried.some(
      (one) => one.integrationId === integrationId && one.sentAt >= from && one.answeredAt <= to,
    );
  }

  /** Returns whether it may have been renamed at some moment between these two. */
  mayBeRenamed(integrationId: string, from: number, to: number): boolean {
    return this.tried.some(
      (one) => one.integrationId === integrationId && one.sentAt <= to && one.answeredAt >= from,
    );
  }
}
