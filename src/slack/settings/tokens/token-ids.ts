/** The ids of Settings › API Tokens. */
export const tokenIds = {
  action: {
    create: "create_token",
    revoke: "revoke_token",
    page: "page_tokens",
    nextPage: "page_tokens_next",
  },
  view: { create: "create_token", made: "token_made" },
  /** Each input's block, and the one action in it. */
  input: { name: "token_name", scopes: "token_scopes", project: "token_project" },
} as const;
