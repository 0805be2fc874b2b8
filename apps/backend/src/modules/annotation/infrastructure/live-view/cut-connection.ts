import type { Readable } from 'node:stream';
import { DomainError } from '@app/kernel';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { toDomainError } from '../../../../platform/errors/to-domain-error.js';

/** Bytes that no JSON text holds unescaped: rows come out as they are, one a line. */
const RAW_LINES = String.raw`format csv, quote e'\x01', delimiter e'\x02'`;

/** What a statement that nobody reads yet computes ahead, bytes. */
const AHEAD_BYTES = 1 << 20;

/** A connection in a transaction that sees one moment. */
export class CutConnection {
  private copying: Readable | undefined;
  private closed = false;

  private constructor(private readonly client: pg.PoolClient) {}

  /** Of this moment, or of that of a transaction that is open: `snapshot` is the name that it exported. */
  static async open(pool: pg.Pool, snapshot?: string): Promise<CutConnection> {
    try {
      const client = await pool.connect();
      const connection = new CutConnection(client);
      // A client that reads slowly is no statement that runs away; the reader's own limits end it.
      await connection.query('begin isolation level repeatable read').catch((error: unknown) => connection.fail(error));
      if (snapshot !== undefined) await connection.query(`set transaction snapshot ${client.escapeLiteral(snapshot)}`).catch((error: unknown) => connection.fail(error));
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

  /** The name under which others open this moment. */
  async exported(): Promise<string> {
    const [row] = await this.query<{ name: string }>('select pg_export_snapshot() as name');
    if (row === undefined) throw new Error('a snapshot has a name');
    return row.name;
  }

  /** The rows of a select with one column of text, a line each. It runs from now on, and as far as buffers let it until somebody reads. */
  lines(select: string): AsyncIterable<Buffer> {
    return this.copied(select, RAW_LINES);
  }

  /** The rows of a select in the binary form of COPY, under the same rules. */
  binary(select: string): AsyncIterable<Buffer> {
    return this.copied(select, 'format binary');
  }

  private copied(select: string, format: string): AsyncIterable<Buffer> {
    const stream = this.client.query(copyTo(`copy (${select}) to stdout (${format})`, { highWaterMark: AHEAD_BYTES }));
    this.copying = stream;
    // Of pg-copy-streams an error is only said; who reads later has to find it.
    stream.on('error', (error) => stream.destroy(error));
    stream.read(0);
    return this.read(stream);
  }

  private async *read(stream: Readable): AsyncIterable<Buffer> {
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
