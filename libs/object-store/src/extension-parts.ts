import { extensionPlan, type ExtensionPlan } from './part-plan.js';

/** New bytes up to this many are held and are one part, and parts of more are cut to this size. */
export const HELD_BYTES = 16 * 1024 * 1024;
/** More new bytes than this share of a copied part are not put aside: they might be more than the part. */
const LARGEST_SHARE = 0.5;

/**
 * The largest copies, of whose last the new bytes are few, or null. So many bytes are not held: they are put aside in the store, which copies them as the last part. Cut into parts of this process, they would
 * want copies of their size, which are thousands.
 */
export function planBesides(prefixBytes: number, aboutBytes: number | undefined): ExtensionPlan | null {
  const plan = extensionPlan(prefixBytes, 0, HELD_BYTES);
  return plan !== null && aboutBytes !== undefined && aboutBytes <= plan.partBytes * LARGEST_SHARE ? plan : null;
}
