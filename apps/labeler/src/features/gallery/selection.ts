/** Which images are chosen. The last one that was chosen is where a range begins. */
export interface Selection {
  readonly ids: ReadonlySet<number>;
  readonly anchor: number | null;
}

export const NOTHING_SELECTED: Selection = { ids: new Set(), anchor: null };

export function toggled({ ids }: Selection, id: number): Selection {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
}

/** A range is added to what is chosen already; its far end does not move the anchor, so that it can be drawn anew. */
export const extended = ({ ids, anchor }: Selection, range: readonly number[]): Selection => ({ ids: new Set([...ids, ...range]), anchor: anchor ?? range[0] ?? null });

/** Those that are there no more are not chosen either. */
export function without({ ids, anchor }: Selection, gone: readonly number[]): Selection {
  const lost = new Set(gone);
  return { ids: new Set([...ids].filter((id) => !lost.has(id))), anchor: anchor !== null && lost.has(anchor) ? null : anchor };
}
