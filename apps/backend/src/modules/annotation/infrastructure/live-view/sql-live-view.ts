import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { toDomainError } from '../../../../platform/errors/to-domain-error.js';
import { LiveView, type DatasetCut } from '../../application/ports/live-view.port.js';
import { CutConnection } from './cut-connection.js';
import { HEAD_SQL, REMEMBER_SQL } from './cut-sql.js';
import { SqlDatasetCut, type CutContent, type HeadRow } from './sql-dataset-cut.js';

/** Each holds a connection as long as its reader takes: two of views and two of versions, two of clients; the others of the pool are for what is over in a moment. */
const MOST_OPEN = 6;

/** A second connection for one reader is taken only while so many are free. */
const SPARE_CONNECTIONS = 3;

@Injectable()
export class SqlLiveView extends LiveView {
  private openCuts = 0;

  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async open(datasetId: string): Promise<DatasetCut> {
    if (this.openCuts >= MOST_OPEN) throw new DomainError('unavailable', 'Too many label files are being read at the moment.', { retryAfterSeconds: 5 });
    this.openCuts += 1;
    let isCounted = true;
    const closed = (): void => {
      if (isCounted) this.openCuts -= 1;
      isCounted = false;
    };
    try {
      const connection = await CutConnection.open(this.pool());
      return await this.cutOn(connection, datasetId, closed).catch(async (error: unknown) => {
        await connection.close();
        throw toDomainError(error);
      });
    } catch (error) {
      closed();
      throw error;
    }
  }

  private async cutOn(connection: CutConnection, datasetId: string, closed: () => void): Promise<DatasetCut> {
    const [head] = await connection.query<HeadRow>(HEAD_SQL, [datasetId]);
    if (head === undefined) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    if (!head.labels_loaded) throw new DomainError('state-conflict', 'The labels of the uploaded zip are still being read.', { retryAfterSeconds: 2 });
    return new SqlDatasetCut(connection, head, { remember: (content) => this.remember(head, content), beside: () => this.beside(connection), closed });
  }

  /** A reader is faster with two, but others come first. */
  private async beside(connection: CutConnection): Promise<CutConnection | undefined> {
    const pool = this.pool();
    const inUse = pool.totalCount - pool.idleCount;
    if (pool.waitingCount > 0 || pool.options.max - inUse < SPARE_CONNECTIONS) return undefined;
    return CutConnection.open(pool, await connection.exported());
  }

  /** On another connection: the cut only reads. Who asks next is spared the counting. */
  private async remember(head: HeadRow, { hash, totals }: CutContent): Promise<void> {
    await this.pool().query(REMEMBER_SQL, [head.id, head.change_seq, hash, JSON.stringify(totals), head.content_hash_seq]);
  }

  private pool(): pg.Pool {
    return (this.dataSource.driver as unknown as { readonly master: pg.Pool }).master;
  }
}
