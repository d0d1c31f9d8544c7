/**
 * Reads a request's body as it came.
 * @param limit the most bytes that are taken
 * @returns the bytes; `too large` over the limit; `broken` where the sender went away in the middle
 */
export async function readWithin(
  request: Request,
  limit: number,
): Promise<Uint8Array | "too large" | "broken"> {
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) > limit) return "too large";
  try {
    // A server holds a body to the length that was announced, so only one without a length needs counting.
    if (announced !== null) return new Uint8Array(await request.arrayBuffer());
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
