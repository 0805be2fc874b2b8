import type { ClassTable } from '@app/dice-format';
import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { AnnotationStore } from './ports/annotation-store.port.js';

/** A table is some kilobytes. */
const MOST_DATASETS = 500;

export interface KnownClasses {
  readonly revision: number;
  readonly table: ClassTable;
}

/** The classes of datasets, kept by their revision: who asks has just read which one is the newest. */
@Injectable()
export class ClassCatalogue {
  private readonly known = new Map<string, KnownClasses>();

  constructor(private readonly store: AnnotationStore) {}

  /** The classes at this revision, or at a later one when they changed a moment ago. Throws `not-found`. */
  async of(datasetId: string, revision: number): Promise<KnownClasses> {
    const kept = this.known.get(datasetId);
    if (kept?.revision === revision) return kept;
    const read = await this.store.classes(datasetId);
    if (read === null) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    this.known.delete(datasetId);
    this.known.set(datasetId, read);
    const [oldest] = this.known.keys();
    if (this.known.size > MOST_DATASETS && oldest !== undefined) this.known.delete(oldest);
    return read;
  }
}
