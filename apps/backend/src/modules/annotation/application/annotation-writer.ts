import { Injectable } from '@nestjs/common';
import { LabelWatchers } from './label-watchers.js';
import { ClassCatalogue } from './class-catalogue.js';
import { DatasetLane } from './dataset-lane.js';
import { AnnotationStore } from './ports/annotation-store.port.js';
import type { WriteOutcome, WriteRequest } from './write-request.js';

/**
 * Writes labels. Requests to one dataset that arrive in one tick, or while others are being written, go together: they are read in one statement and
 * written in one statement, and each is answered after the commit. An image that is being written waits for the next batch.
 */
@Injectable()
export class AnnotationWriter {
  private readonly lanes = new Map<string, DatasetLane>();

  constructor(
    private readonly store: AnnotationStore,
    private readonly classes: ClassCatalogue,
    private readonly watchers: LabelWatchers,
  ) {}

  submit(datasetId: string, request: WriteRequest): Promise<WriteOutcome> {
    const lane = this.lanes.get(datasetId) ?? this.openLane(datasetId);
    return lane.add(request);
  }

  private openLane(datasetId: string): DatasetLane {
    const lane = new DatasetLane(datasetId, { store: this.store, classes: this.classes, onWritten: (edits) => this.watchers.tell(datasetId, edits), onIdle: () => this.lanes.delete(datasetId) });
    this.lanes.set(datasetId, lane);
    return lane;
  }
}
