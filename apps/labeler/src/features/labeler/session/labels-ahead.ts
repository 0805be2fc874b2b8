import type { JsonObject } from '../../../engine/index.js';

/** Older answers are not shown even for a moment. */
const FRESH_MILLISECONDS = 60_000;
const MOST_KEPT = 50;

/** The labels of the next images, so that going on waits for nothing. What is taken is asked for again by whoever takes it. */
export class LabelsAhead {
  private readonly kept = new Map<number, { readonly at: number; readonly document: JsonObject }>();
  private readonly running = new Set<number>();

  constructor(private readonly fetchLabels: (imageId: number) => Promise<JsonObject>) {}

  /** Once, and only while it is fresh. */
  take(imageId: number): JsonObject | null {
    const found = this.kept.get(imageId);
    this.kept.delete(imageId);
    return found !== undefined && Date.now() - found.at < FRESH_MILLISECONDS ? found.document : null;
  }

  load(imageId: number): Promise<JsonObject> {
    return this.fetchLabels(imageId);
  }

  prefetch(imageIds: readonly number[]): void {
    for (const id of imageIds) void this.fetchAhead(id);
  }

  private async fetchAhead(imageId: number): Promise<void> {
    if (this.kept.has(imageId) || this.running.has(imageId)) return;
    this.running.add(imageId);
    try {
      this.kept.set(imageId, { at: Date.now(), document: await this.fetchLabels(imageId) });
      for (const id of [...this.kept.keys()].slice(0, -MOST_KEPT)) this.kept.delete(id);
    } catch {
      // Whoever opens the image asks again, and is told then.
    } finally {
      this.running.delete(imageId);
    }
  }
}
