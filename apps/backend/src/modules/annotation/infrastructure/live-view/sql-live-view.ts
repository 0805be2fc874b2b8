import { DomainError } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { toDomainError } from '../../../../platform/errors/to-domain-error.js';
import type { FrozenHead } from '../../application/ports/dataset-positions.port.js';
import { LiveView, type CutTotals, type DatasetCut } from '../../application/ports/live-view.port.js';
import { CutConnection } from './cut-connection.js';
import { rowsAtPosition } from '../at-position/position-overlay.js';
import { HEAD_SQL, imagesOf, REMEMBER_SQL } from './cut-sql.js';
import { SqlDatasetCut, type CutContent, type CutSubject } from './sql-dataset-cut.js';

/** Each holds a connection as long as its reader takes: two of views and two of versions, two of clients; the others of the pool are for what is over in a moment. */
const MOST_OPEN = 6;

interface HeadRow extends Omit<FrozenHead, 'created_at' | 'modified_at'> {
  readonly id: string;
  readonly created_at: Date;
  readonly modified_at: Date;
  readonly labels_loaded: boolean;
  readonly next_image_number: number;
  readonly content_hash: string;
  readonly content_hash_seq: number;
  readonly content_totals: CutTotals | null;
}

/** What the row says of its own position. */
function liveHead(row: HeadRow): CutSubject {
  const isKnown = row.content_hash_seq === row.position;
  const known = isKnown ? { hash: row.content_hash, ...(row.content_totals === null ? {} : { totals: row.content_totals }) } : {};
  return { ...row, created_at: row.created_at.toISOString(), modified_at: row.modified_at.toISOString(), nextNumber: row.next_image_number, known };
}

/** A second connection for one reader is taken only while so many are free. */
const SPARE_CONNECTIONS = 3;

@Injectable()
export class SqlLiveView extends LiveView {
  private openCuts = 0;

  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async open(datasetId: string, at?: FrozenHead): Promise<DatasetCut> {
    if (this.openCuts >= MOST_OPEN) throw new DomainError('unavailable', 'Too many label files are being read at the moment.', { retryAfterSeconds: 5 });
    this.openCuts += 1;
    let isCounted = true;
    const closed = (): void => {
      if (isCounted) this.openCuts -= 1;
      isCounted = false;
    };
    try {
      const connection = await CutConnection.open(this.pool());
      return await this.cutOn(connection, { datasetId, at }, closed).catch(async (error: unknown) => {
        await connection.close();
        throw toDomainError(error);
      });
    } catch (error) {
      closed();
      throw error;
    }
  }

  private async cutOn(connection: CutConnection, { datasetId, at }: { datasetId: string; at: FrozenHead | undefined }, closed: () => void): Promise<DatasetCut> {
    const [head] = await connection.query<HeadRow>(HEAD_SQL, [datasetId]);
    if (head === undefined) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    if (!head.labels_loaded) throw new DomainError('state-conflict', 'The labels of the uploaded zip are still being read.', { retryAfterSeconds: 2 });
    const id = connection.quoted(datasetId);
    // What was frozen is said of the present position too: the name of a dataset changes without one.
    if (at === undefined || at.position === head.position) {
      return new SqlDatasetCut(connection, { ...liveHead(head), ...at }, imagesOf(id), { remember: (content) => this.remember(head, content), beside: () => this.beside(connection), closed });
    }
    const rows = await rowsAtPosition((sql, parameters) => connection.query(sql, parameters), { datasetId, position: at.position, now: head.position }, id);
    // Rows of the past are this connection's own: no other one can help to read them.
    const alone = { remember: () => Promise.resolve(), beside: () => Promise.resolve(undefined), closed };
    return new SqlDatasetCut(connection, { ...at, id: datasetId, nextNumber: head.next_image_number, known: {} }, rows, alone);
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
    await this.pool().query(REMEMBER_SQL, [head.id, head.position, hash, JSON.stringify(totals), head.content_hash_seq]);
  }

  private pool(): pg.Pool {
    return (this.dataSource.driver as unknown as { readonly master: pg.Pool }).master;
  }
}
