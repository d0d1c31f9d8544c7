/** The local PostgreSQL cannot be had; the message says why, and what to do instead. */
export class EmbeddedError extends Error {
  override readonly name = "EmbeddedError";

  /** @param log what was printed; its end is shown. */
  constructor(what: string, log = "") {
    const tail = log.trim().split("\n").slice(-12).join("\n  ");
    super(
      `${what}\nInstead, DATABASE_URL can be set to a PostgreSQL 15 or later, for example postgres://user:password@localhost:5432/signoff` +
        (tail === "" ? "" : `\nThe end of its log:\n  ${tail}`),
    );
  }
}
