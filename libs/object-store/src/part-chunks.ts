/** The bytes of a stream in pieces of exactly `size`, the last one shorter; no empty piece. Holds one piece at most. */
export async function* chunksOf(body: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array, void, void> {
  let piece = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of body) {
    for (let at = 0; at < chunk.byteLength; ) {
      const take = Math.min(size - filled, chunk.byteLength - at);
      piece.set(chunk.subarray(at, at + take), filled);
      filled += take;
      at += take;
      if (filled < size) continue;
      yield piece;
      // A new one: whoever got the piece may still be sending it.
      piece = Buffer.allocUnsafe(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
