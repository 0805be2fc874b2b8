import { constants, createGzip, type Gzip } from 'node:zlib';

/** A text packed as it comes; each piece is read to its end before the next one is asked for, so that its memory may be used again. Hashes do not pack, whatever is tried: the fastest level. */
export async function* gzipped(text: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const packed = createGzip({ level: constants.Z_BEST_SPEED });
  const chunks: AsyncIterable<Uint8Array> = packed;
  const filling = fill(packed, text);
  // Its error ends the stream, and comes out of the loop.
  filling.catch(() => undefined);
  yield* chunks;
  await filling;
}

async function fill(packed: Gzip, text: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const piece of text) await written(packed, piece);
    packed.end();
  } catch (error) {
    packed.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

function written(packed: Gzip, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => packed.write(piece, (error) => (error === null || error === undefined ? resolve() : reject(error))));
}
