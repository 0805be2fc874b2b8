import type { Finding } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { DatasetFindings } from '../application/ports/dataset-findings.port.js';

@Injectable()
export class TypeormDatasetFindings extends DatasetFindings {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async add(datasetId: string, findings: readonly Finding[]): Promise<void> {
    if (findings.length === 0) return;
    const column = (key: keyof Finding): (string | null)[] => findings.map((finding) => finding[key] ?? null);
    await this.transaction.manager().query(
      `insert into dataset_findings (dataset_id, position, code, message, pointer, entry, hint)
       select $1, (select coalesce(max(position), 0) from dataset_findings where dataset_id = $1) + place, code, message, pointer, entry, hint
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality as given (code, message, pointer, entry, hint, place)`,
      [datasetId, column('code'), column('message'), column('pointer'), column('entry'), column('hint')],
    );
  }
}
