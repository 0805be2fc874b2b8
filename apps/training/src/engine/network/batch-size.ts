/** A pass over few images would be a handful of steps, in which nothing is learned; over many, small batches only cost time. */
const STEPS_A_PASS = 20;
const LEAST = 8;
const MOST = 64;

/** Images a step: what was asked for, or by the number of images where that is 0. Never more than there are. */
export function batchSizeFor(asked: number, images: number): number {
  const chosen = asked === 0 ? 2 ** Math.floor(Math.log2(images / STEPS_A_PASS)) : asked;
  return Math.min(images, asked === 0 ? Math.min(MOST, Math.max(LEAST, chosen)) : chosen);
}

/** A batch in equal parts: as many as were asked for, fewer where the batch has not two images for each; the batch loses what does not divide. */
export function shardsOf(batchSize: number, asked: number): { readonly size: number; readonly shards: number } {
  const shards = Math.max(1, Math.min(asked, Math.floor(batchSize / 2)));
  return { size: shards * Math.floor(batchSize / shards), shards };
}
