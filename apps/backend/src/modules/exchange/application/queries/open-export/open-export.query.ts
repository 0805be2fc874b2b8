import type { FormatName } from '@app/dataset-formats';
import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';

export interface ExportRequest {
  readonly format: FormatName;
  readonly images: boolean;
  readonly as: 'zip' | 'file';
}

/** Bytes that are made while they are read; who asks closes it. */
export interface ExportStream {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly contentType: string;
  readonly fileName: string;
  close(): Promise<void>;
}

/** The dataset as it is now, in some format. */
export class OpenExportQuery extends Query<ExportStream> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly request: ExportRequest,
  ) {
    super();
  }
}
