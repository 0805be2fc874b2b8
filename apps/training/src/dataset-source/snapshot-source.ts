import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { TrainingGrant } from '@app/contracts';
import type { ObjectStore } from '@app/object-store';
import { DomainError } from '@app/kernel';
import { AttemptFailure } from '../jobs/attempt-errors.js';
import type { TrainingLog } from '../training-log.js';
import type { ArchiveBytes } from './archive-reader.port.js';
import { begunAlike, type BegunAlike } from './begun-alike.js';
import { ObjectChanged, ObjectReader } from './object-reader.js';
import type { CacheWriter, SnapshotCache } from './snapshot-cache.js';

export type Snapshot = TrainingGrant['snapshot'];

/** Reads the archive's bytes; called again from the first byte when they turn out to be wrong. */
export type SnapshotConsumer<T> = (bytes: ArchiveBytes) => Promise<T>;

export interface SnapshotReadOptions {
  readonly signal: AbortSignal;
  readonly log: TrainingLog;
  /** Bytes read so far; for progress. */
  readonly onBytes?: (bytes: number) => void;
}

const FILE_CHUNK_BYTES = 1024 * 1024;
/** So many of the cache are looked at for one that begins like the wanted one. */
const OLDER_VERSIONS = 4;

/** The bytes are not those of the snapshot; the consumer's own trouble with them, if any, is the cause. */
class WrongBytes extends Error {}

/**
 * Gives a snapshot's bytes to a consumer, from the cache or from the store, which is read once and fills the cache on the way. The
 * consumer's result counts only when the SHA-256 of all bytes is the granted one.
 */
export class SnapshotSource {
  constructor(
    private readonly store: Pick<ObjectStore, 'get'>,
    private readonly cache: SnapshotCache,
  ) {}

  async read<T>(snapshot: Snapshot, consume: SnapshotConsumer<T>, options: SnapshotReadOptions): Promise<T> {
    const cached = await this.fromCache(snapshot, consume, options);
    if (cached !== null) return cached.result;
    const begun = await this.fromOlder(snapshot, consume, options);
    if (begun !== null) return begun.result;
    try {
      return await this.fromStore(snapshot, consume, options);
    } catch (error) {
      if (!(error instanceof WrongBytes)) throw error;
      options.log.warn("the snapshot's bytes are not what was frozen; it is read once more");
    }
    try {
      return await this.fromStore(snapshot, consume, options);
    } catch (error) {
      if (!(error instanceof WrongBytes)) throw error;
      throw new AttemptFailure('corrupt-snapshot', `Version ${snapshot.version} of the dataset does not have the content any more that it was frozen with.`, { retryable: false, cause: error });
    }
  }

  private async fromCache<T>(snapshot: Snapshot, consume: SnapshotConsumer<T>, options: SnapshotReadOptions): Promise<{ result: T } | null> {
    const path = await this.cache.find(snapshot.sha256, snapshot.size_bytes);
    if (path === null) return null;
    try {
      const bytes: ArchiveBytes = {
        sizeBytes: snapshot.size_bytes,
        stream: createReadStream(path, { highWaterMark: FILE_CHUNK_BYTES }),
        range: ({ start, end }) => createReadStream(path, { start, end: end - 1, highWaterMark: FILE_CHUNK_BYTES }),
      };
      const result = await checked(bytes, { snapshot, consume, writer: null, ...options });
      options.log.debug('the snapshot came from the cache');
      return { result };
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof WrongBytes)) throw error;
      // The disk changed it; the store has the original.
      await this.cache.forget(snapshot.sha256);
      return null;
    }
  }

  /** The bytes that an older version in the cache has too, and only the others from the store. Null where there is none, or where the whole was another one than it looked. */
  private async fromOlder<T>(snapshot: Snapshot, consume: SnapshotConsumer<T>, options: SnapshotReadOptions): Promise<{ result: T } | null> {
    const paths = await this.cache.recent(OLDER_VERSIONS);
    if (paths.length === 0) return null;
    const reader = new ObjectReader(this.store, { key: snapshot.key, sizeBytes: snapshot.size_bytes }, options);
    const range: ArchiveBytes['range'] = (wanted) => reader.range(wanted);
    const older = await this.older({ sizeBytes: snapshot.size_bytes, range }, paths, options.signal);
    if (older === null) return null;
    const writer = await this.cache.begin(snapshot.sha256, snapshot.size_bytes);
    try {
      const stream = oneBehindTheOther(older.stream(), reader.range({ start: older.bytes, end: snapshot.size_bytes }));
      const result = await checked({ sizeBytes: snapshot.size_bytes, stream, range }, { snapshot, consume, writer, ...options });
      await writer?.commit();
      options.log.debug(`${older.bytes} bytes of the snapshot came from an older one in the cache`);
      return { result };
    } catch (error) {
      if (!(error instanceof WrongBytes)) throw error;
      return null;
    } finally {
      await writer?.discard();
      await older.close();
    }
  }

  /** A directory that cannot be judged is for the full reading to say. */
  private async older(wanted: Pick<ArchiveBytes, 'sizeBytes' | 'range'>, paths: readonly string[], signal: AbortSignal): Promise<BegunAlike | null> {
    try {
      return await begunAlike(wanted, paths, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DomainError && (error.code === 'unsafe-archive' || error.code === 'too-large')) return null;
      if (error instanceof ObjectChanged) return null;
      throw error;
    }
  }

  private async fromStore<T>(snapshot: Snapshot, consume: SnapshotConsumer<T>, options: SnapshotReadOptions): Promise<T> {
    const writer = await this.cache.begin(snapshot.sha256, snapshot.size_bytes);
    try {
      const reader = new ObjectReader(this.store, { key: snapshot.key, sizeBytes: snapshot.size_bytes }, options);
      const bytes: ArchiveBytes = { sizeBytes: snapshot.size_bytes, stream: reader.stream(), range: (range) => reader.range(range) };
      const result = await checked(bytes, { snapshot, consume, writer, ...options });
      await writer?.commit();
      return result;
    } finally {
      await writer?.discard();
    }
  }
}

async function* oneBehindTheOther(first: AsyncIterable<Uint8Array>, second: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* second;
}

interface CheckedRead<T> extends SnapshotReadOptions {
  readonly snapshot: Snapshot;
  readonly consume: SnapshotConsumer<T>;
  readonly writer: CacheWriter | null;
}

async function checked<T>(bytes: ArchiveBytes, read: CheckedRead<T>): Promise<T> {
  const hash = createHash('sha256');
  const broken: unknown[] = [];
  const source = metered(bytes.stream, { hash, onBroken: (error) => void broken.push(error), ...read });
  try {
    const outcome = await outcomeOf(() => read.consume({ ...bytes, stream: withoutReturn(source) }));
    const changed = [...broken, ...(outcome.ok ? [] : [outcome.error])].find((error) => error instanceof ObjectChanged);
    if (changed !== undefined) throw new WrongBytes('the object changed', { cause: changed });
    // The bytes did not come to their end: there is nothing to judge.
    if (!outcome.ok && (read.signal.aborted || broken.length > 0)) throw outcome.error;
    // An archive's reader stops at the directory, and one that fails stops anywhere: the rest still decides whether the bytes are right.
    for (let next = await source.next(); next.done !== true; ) next = await source.next();
    read.signal.throwIfAborted();
    if (hash.digest('hex') !== read.snapshot.sha256) throw new WrongBytes('wrong SHA-256', { cause: outcome.ok ? undefined : outcome.error });
    if (!outcome.ok) throw outcome.error;
    return outcome.result;
  } finally {
    await source.return(undefined);
  }
}

interface Meter {
  readonly hash: Hash;
  readonly writer: CacheWriter | null;
  readonly signal: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
  readonly onBroken: (error: unknown) => void;
}

async function* metered(bytes: AsyncIterable<Uint8Array>, to: Meter): AsyncGenerator<Uint8Array> {
  let total = 0;
  try {
    for await (const chunk of bytes) {
      to.signal.throwIfAborted();
      to.hash.update(chunk);
      await to.writer?.write(chunk);
      total += chunk.byteLength;
      to.onBytes?.(total);
      yield chunk;
    }
  } catch (error) {
    to.onBroken(error);
    throw error;
  }
}

/** The consumer may stop early; that must not end the source. */
function withoutReturn(source: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => source.next() }) };
}

async function outcomeOf<T>(work: () => Promise<T>): Promise<{ ok: true; result: T } | { ok: false; error: unknown }> {
  try {
    return { ok: true, result: await work() };
  } catch (error) {
    return { ok: false, error };
  }
}
