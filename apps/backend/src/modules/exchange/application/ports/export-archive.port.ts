import type { FormatWriter, LossReport } from '@app/dataset-formats';
import type { DatasetCut } from '../../../annotation/index.js';

/** An export before its first byte. */
export interface OpenedExport {
  readonly cut: DatasetCut;
  /** Null: DICE, which the cut writes itself. */
  readonly writer: FormatWriter | null;
  readonly report: LossReport;
  readonly format: string;
  readonly withImages: boolean;
}

/** Puts an export into bytes; memory does not grow with the dataset. */
export abstract class ExportArchive {
  /** A zip of label files, images if they are wanted, and export-report.json. */
  abstract zip(opened: OpenedExport): AsyncIterable<Uint8Array>;
  /** The only label file of a format that has one. */
  abstract file(opened: OpenedExport): AsyncIterable<Uint8Array>;
}
