import type { Readable } from 'node:stream';
import { DomainError } from '@app/kernel';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { toDomainError } from '../../../../platform/errors/to-domain-error.js';

/** Bytes that no JSON text holds unescaped: rows come out as they are, one a line. */
const RAW_LINES = String.raw`format csv, quote e'\x01', delimiter e'\x02'`;

/** A connection in a transaction that sees one moment. */
export class CutConnection {
  private copying: Readable | undefined;
  private closed = false;

  private constructor(private readonly client: pg.PoolClient) {}

  static async open(pool: pg.Pool): Promise<CutConnection> {
    try {
      const client = await pool.connect();
      const connection = new CutConnection(client);
      // A client that reads slowly is no statement that runs away; the reader's own limits end it.
      await connection.query('begin isolation level repeatable read').catch((error: unknown) => connection.fail(error));
      await connection.query('set local statement_timeout = 0');
      await connection.query('set local idle_in_transaction_session_timeout = 0');
      return connection;
    } catch (error) {
      throw toDomainError(error);
    }
  }

  quoted(value: string): string {
    return this.client.escapeLiteral(value);
  }

  async query<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
    return (await this.client.query<T>(text, values)).rows;
  }

  /** The rows of a select with one column of text, a line each. */
  async *lines(select: string): AsyncIterable<Buffer> {
    const stream = this.client.query(copyTo(`copy (${select}) to stdout (${RAW_LINES})`));
    this.copying = stream;
    const chunks: AsyncIterable<Buffer> = stream;
    try {
      yield* chunks;
      this.copying = undefined;
    } catch (error) {
      throw toDomainError(error);
    }
  }

  /** A connection that is still copying cannot be used again. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.copying !== undefined) return this.client.release(true);
    try {
      await this.client.query('rollback');
      this.client.release();
    } catch {
      this.client.release(true);
    }
  }

  private fail(error: unknown): never {
    this.closed = true;
    this.client.release(true);
    throw error instanceof DomainError ? error : toDomainError(error);
  }
}
