import type { ItemPhase, UploadItem } from './upload-item.js';

/** The files of one upload, found by path, by phase and by content at once: there may be a hundred thousand. */
export class ItemStore {
  private readonly items = new Map<string, UploadItem>();
  private readonly phases = new Map<ItemPhase, Set<string>>();
  private readonly contents = new Map<string, string>();

  constructor(private readonly changed: () => void) {}

  readonly list = (): readonly UploadItem[] => [...this.items.values()];
  find(path: string): UploadItem | undefined {
    return this.items.get(path);
  }

  put(item: UploadItem): void {
    const before = this.items.get(item.path);
    if (before !== undefined) this.phases.get(before.phase)?.delete(item.path);
    this.items.set(item.path, item);
    const phase = this.phases.get(item.phase) ?? new Set();
    this.phases.set(item.phase, phase.add(item.path));
    if (item.sha256 !== null && !this.contents.has(item.sha256)) this.contents.set(item.sha256, item.path);
    this.changed();
  }

  change(path: string, part: Partial<UploadItem>): void {
    const before = this.items.get(path);
    if (before !== undefined) this.put({ ...before, ...part });
  }

  /** Whether another file has this content. */
  hasTwin(path: string, sha256: string | null): boolean {
    const owner = sha256 === null ? undefined : this.contents.get(sha256);
    return owner !== undefined && owner !== path;
  }

  first(phase: ItemPhase): UploadItem | undefined {
    return this.some(phase, 1)[0];
  }
  /** The first so many of a phase, in the order in which they came to it. */
  some(phase: ItemPhase, most: number): readonly UploadItem[] {
    const found: UploadItem[] = [];
    for (const path of this.phases.get(phase) ?? []) {
      if (found.length === most) break;
      const item = this.items.get(path);
      if (item !== undefined) found.push(item);
    }
    return found;
  }
  count(phase: ItemPhase): number {
    return this.phases.get(phase)?.size ?? 0;
  }
  hasAny(phases: readonly ItemPhase[]): boolean {
    return phases.some((phase) => this.count(phase) > 0);
  }
}
