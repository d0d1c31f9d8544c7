import type { Deployer } from "./deployer.ts";

/** For teams that deploy by hand: the deployment is taken down as succeeded. */
export const record: Deployer = async () => ({ kind: "ended", end: { status: "succeeded" }, link: null });
