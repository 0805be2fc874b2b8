import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { DatasetChangeReader, type PublicChange } from '../application/ports/dataset-change-reader.port.js';

@Injectable()
export class TypeormDatasetChangeReader extends DatasetChangeReader {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async changes(datasetId: string, afterSeq: number, limit: number): Promise<readonly PublicChange[]> {
    return this.query<PublicChange>(
      'select seq::float8 as seq, kind, at, actor, number, revision from dataset_changes where dataset_id = $1 and seq > $2 order by seq limit $3',
      [datasetId, afterSeq, limit],
    );
  }

  async position(datasetId: string): Promise<number> {
    const rows = await this.query<{ position: number }>('select change_seq::float8 as position from datasets where id = $1', [datasetId]);
    return rows[0]?.position ?? 0;
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}
