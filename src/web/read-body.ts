/**
 * Reads the raw body of a request.
 *
 * @param limit the largest body, in bytes
 * @returns the bytes, `too large` over the limit, or `broken` if the sender disconnected
 */
export async function readBody(
  request: Request,
  limit: number,
): Promise<Uint8Array | "too large" | "broken"> {
  const contentLength = request.headers.get("content-length");
  if (contentLength !== null && Number(contentLength) > limit) return "too large";
  try {
    // The server enforces a given Content-Length, so only a body without one has to be counted.
    if (contentLength !== null) return new Uint8Array(await request.arrayBuffer());
    return await readCounting(request, limit);
  } catch {
    return "broken";
  }
}

async function readCounting(request: Request, limit: number): Promise<Uint8Array | "too large"> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > limit) return "too large";
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, length));
}
