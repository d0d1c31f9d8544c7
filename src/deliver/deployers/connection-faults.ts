/** Why a call did not arrive, in words, and whether waiting may help. */
export type ConnectionFault = { reason: string; permanent: boolean };

/**
 * The errors of a certificate that a person must replace, or whose issuer this machine does not trust.
 * Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const certificateErrors = new Set([
  ...["UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ...["UNABLE_TO_GET_CRL", "UNABLE_TO_DECRYPT_CERT_SIGNATURE", "UNABLE_TO_DECRYPT_CRL_SIGNATURE"],
  ...["UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY", "CERT_SIGNATURE_FAILURE", "CRL_SIGNATURE_FAILURE"],
  ...["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED", "CRL_NOT_YET_VALID", "CRL_HAS_EXPIRED"],
  ...["ERROR_IN_CERT_NOT_BEFORE_FIELD", "ERROR_IN_CERT_NOT_AFTER_FIELD"],
  ...["ERROR_IN_CRL_LAST_UPDATE_FIELD", "ERROR_IN_CRL_NEXT_UPDATE_FIELD"],
  ...["DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "CERT_CHAIN_TOO_LONG", "CERT_REVOKED"],
  ...["INVALID_CA", "PATH_LENGTH_EXCEEDED", "INVALID_PURPOSE", "CERT_UNTRUSTED", "CERT_REJECTED"],
  ...["HOSTNAME_MISMATCH", "ERR_TLS_CERT_ALTNAME_INVALID"],
]);

/**
 * What follows from an error of a connection. Everything that is not listed may pass by itself: a refused or reset
 * connection (the receiver restarts), a time limit, an unreachable network, and a name server that does not answer.
 */
const permanentFaults: readonly { applies(code: string, message: string): boolean; words: string }[] = [
  {
    applies: (code) => certificateErrors.has(code),
    words: "The webhook's certificate is not accepted. Install one that this Signoff trusts",
  },
  // Signoff's own lookup reports a name without an address in the same way. EAI_AGAIN is for name servers in trouble.
  {
    applies: (code) => code === "ENOTFOUND",
    words: "The webhook's host name does not exist. Correct its address",
  },
  {
    applies: (code, message) =>
      code === "ERR_SSL_WRONG_VERSION_NUMBER" || (code === "EPROTO" && /wrong version number/i.test(message)),
    words: "The webhook's address does not speak https. Correct its address",
  },
];

/** Returns what an error of a connection means. If several addresses were tried, each of them must be permanent. */
export function connectionFault(error: unknown): ConnectionFault {
  // Node throws one error with the errors of all addresses that it tried.
  const causes: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const faults = causes.map(faultOf);
  const passing = faults.find(({ permanent }) => !permanent);
  return passing ?? faults[0] ?? { reason: String(error), permanent: false };
}

function faultOf(cause: unknown): ConnectionFault {
  if (!(cause instanceof Error)) return { reason: String(cause), permanent: false };
  const { message } = cause;
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const fault = permanentFaults.find(({ applies }) => applies(code, message));
  return fault === undefined
    ? { reason: message, permanent: false }
    : { reason: `${fault.words}: ${message}.`, permanent: true };
}
