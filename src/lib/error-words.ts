/**
 * Returns the message of an error without the parameters of a statement: `DrizzleQueryError` puts them into its message, and
 * one may be a whole email.
 */
export function errorWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, params } = error as Error & { params?: unknown };
  return params === undefined ? message : (message.split("\nparams: ")[0] ?? "");
}
