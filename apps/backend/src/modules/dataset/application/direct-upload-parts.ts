import { equalParts } from '@app/object-store';
import type { DirectUpload } from './ports/direct-upload-sessions.port.js';
import type { ArrivedPart } from './ports/direct-upload-storage.port.js';

export interface PlannedPart {
  readonly number: number;
  readonly sizeBytes: number;
}

/** The parts of an upload: equal but the last one, as R2 wants them. */
export function plannedParts(upload: Pick<DirectUpload, 'sizeBytes' | 'partBytes'>): PlannedPart[] {
  return equalParts(upload.sizeBytes, upload.partBytes).map(({ start, end }, index) => ({ number: index + 1, sizeBytes: end - start + 1 }));
}

/** Those that did not arrive, or not in their size. */
export function missingParts(planned: readonly PlannedPart[], arrived: readonly ArrivedPart[]): PlannedPart[] {
  const sizes = new Map(arrived.map((part) => [part.number, part.sizeBytes]));
  return planned.filter((part) => sizes.get(part.number) !== part.sizeBytes);
}
