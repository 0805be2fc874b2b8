/** Pieces that a reader may hold: one on its way, one ahead of it, and one that is being filled. */
const RING = 3;

/**
 * The bytes of a stream in pieces of exactly `size`, the last one shorter; no empty piece. The buffers are used in turns: a piece is good until
 * the second one after it was asked for, so that an upload of any length allocates three buffers and no more.
 */
export async function* chunksOf(body: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array, void, void> {
  const ring: Buffer[] = [];
  const next = (turn: number): Buffer => (ring[turn % RING] ??= Buffer.allocUnsafeSlow(size));
  let turn = 0;
  let piece = next(turn);
  let filled = 0;
  for await (const chunk of body) {
    for (let at = 0; at < chunk.byteLength; ) {
      const take = Math.min(size - filled, chunk.byteLength - at);
      piece.set(chunk.subarray(at, at + take), filled);
      filled += take;
      at += take;
      if (filled < size) continue;
      yield piece;
      turn += 1;
      piece = next(turn);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
