/** The scopes of a token, in the order in which screens list them. */
export const scopes = [
  "builds:write",
  "deployments:write",
  "catalog:write",
  "requests:read",
  "requests:write",
  "requests:on-behalf",
  "promotions:write",
  "audit:read",
] as const;

export type Scope = (typeof scopes)[number];

/** What each scope allows, as people read it. */
export const scopeWords: Record<Scope, string> = {
  "builds:write": "Register builds",
  "deployments:write": "Report deployments",
  "catalog:write": "Set up projects, pipelines and integrations",
  "requests:read": "See requests, and what is live where",
  "requests:write": "Request and cancel promotions",
  "requests:on-behalf": "Name another member as the requester",
  "promotions:write": "Promote what was approved",
  "audit:read": "Read the audit log",
};

export const isScope = (text: string): text is Scope => (scopes as readonly string[]).includes(text);
