import type { Checkpoint, SignedUrl } from '../../api/types.js';

export type Download = Checkpoint & SignedUrl;
/** What one epoch left behind. */
export interface CheckpointRow {
  readonly epoch: number;
  readonly model: Download | null;
  readonly state: Download | null;
}

/** One row an epoch, the latest first; the final model stands elsewhere on the page. */
export function checkpointRows(items: readonly Download[]): readonly CheckpointRow[] {
  const epochs = [...new Set(items.filter((one) => one.kind !== 'final').map((one) => one.epoch))].sort((a, b) => b - a);
  const find = (epoch: number, kind: Checkpoint['kind']): Download | null => items.find((one) => one.epoch === epoch && one.kind === kind) ?? null;
  return epochs.map((epoch) => ({ epoch, model: find(epoch, 'model'), state: find(epoch, 'state') }));
}
