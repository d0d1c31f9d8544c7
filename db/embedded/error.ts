/** The local PostgreSQL cannot be had; the message says what to do instead. */
export class EmbeddedError extends Error {
  override readonly name = "EmbeddedError";

  constructor(what: string, log = "") {
    const tail = log.trim().split("\n").slice(-8).join("\n  ");
    super(
      `${what} Set DATABASE_URL to a PostgreSQL 15 or later instead, for example postgres://user:password@localhost:5432/signoff` +
        (tail === "" ? "" : `\nIts log ends:\n  ${tail}`),
    );
  }
}
