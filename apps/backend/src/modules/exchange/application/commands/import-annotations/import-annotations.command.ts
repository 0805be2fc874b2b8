import type { FormatName } from '@app/dataset-formats';
import type { Finding } from '@app/kernel';
import { Command } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { ClassMapping, ClassTarget } from '../../class-mapping.js';

export interface ImportForm {
  readonly mapping: ClassMapping;
  readonly file: { readonly name: string; readonly body: AsyncIterable<Uint8Array> };
}

export interface ImportRequest {
  /** `auto`: by a look at the files. */
  readonly format: FormatName | 'auto';
  readonly dryRun: boolean;
  /** What happens to labels that images have. */
  readonly onLabeled: 'replace' | 'skip';
  /** `skip`: what is wrong is left out, image by image or object by object. */
  readonly onError: 'refuse' | 'skip';
  /** Called once the permission is checked. */
  readonly open: () => Promise<ImportForm>;
  readonly signal: AbortSignal;
}

export interface ImportReport {
  readonly dry_run: boolean;
  readonly format: FormatName;
  readonly images: Readonly<Record<'found' | 'matched' | 'unknown' | 'without_labels' | 'changed' | 'unchanged' | 'kept' | 'refused', number>>;
  readonly objects: number;
  /** Each class of the files, and what it becomes; null: nobody has said. */
  readonly classes: readonly { readonly name: string; readonly count: number; readonly target: ClassTarget | null }[];
  readonly errors: readonly Finding[];
  readonly errors_total: number;
  readonly warnings: readonly Finding[];
}

/** Labels from files of another tool, onto images that are there. */
export class ImportAnnotationsCommand extends Command<ImportReport> {
  constructor(
    readonly principal: Principal,
    readonly datasetId: string,
    readonly request: ImportRequest,
  ) {
    super();
  }
}
