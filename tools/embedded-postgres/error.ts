/** The local PostgreSQL is not available. The message says why, and what to do instead. */
export class EmbeddedError extends Error {
  override readonly name = "EmbeddedError";

  /** @param log the output, whose last 12 lines are appended to the message */
  constructor(what: string, log = "") {
    const tail = log.trim().split("\n").slice(-12).join("\n  ");
    super(
      `${what}\nInstead, DATABASE_URL can be set to a PostgreSQL 15 or later, for example postgres://user:password@localhost:5432/signoff` +
        (tail === "" ? "" : `\nThe end of its log:\n  ${tail}`),
    );
  }
}
