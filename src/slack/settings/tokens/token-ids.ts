/** The ids of Settings › API Tokens. */
export const tokenIds = {
  action: {
    create: "create_token",
    edit: "edit_token",
    offer: "offer_token",
    revoke: "revoke_token",
    page: "page_tokens",
    nextPage: "page_tokens_next",
  },
  view: {
    create: "create_token",
    made: "token_made",
    edit: "edit_token",
    offer: "offer_token",
    take: "take_token",
  },
  /** Each input's block, and the one action in it. */
  input: {
    name: "token_name",
    scopes: "token_scopes",
    project: "token_project",
    ends: "token_ends",
    member: "token_member",
  },
} as const;
