export * from "./api.ts";
export * from "./catalog.ts";
export * from "./homes.ts";
export * from "./job-slots.ts";
export * from "./outbox.ts";
export * from "./people.ts";
export * from "./requests.ts";
export * from "./warnings.ts";
