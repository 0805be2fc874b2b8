import { Injectable } from '@nestjs/common';
import type { LabelEdit } from './ports/annotation-store.port.js';

/** Hears of edits after they are committed, in the process that wrote them: a hint that may be lost, for what can be found out again. Does not throw. */
export type LabelWatcher = (datasetId: string, edits: readonly LabelEdit[]) => void;

@Injectable()
export class LabelWatchers {
  private readonly watchers: LabelWatcher[] = [];

  register(watcher: LabelWatcher): void {
    this.watchers.push(watcher);
  }

  tell(datasetId: string, edits: readonly LabelEdit[]): void {
    for (const watcher of this.watchers) watcher(datasetId, edits);
  }
}
