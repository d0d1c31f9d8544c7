export * from "./catalog.ts";
export * from "./outbox.ts";
export * from "./people.ts";
export * from "./requests.ts";
