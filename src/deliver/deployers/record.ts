import type { Deployer } from "./deployer.ts";

/** The deployer of teams that deploy by hand: it only records a successful deployment. */
export const record: Deployer = async () => ({ kind: "ended", end: { status: "succeeded" }, link: null });
