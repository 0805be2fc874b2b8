import { crc32 } from 'node:zlib';
import { placedBytes } from '@app/archive';
import { Clock, DomainError, failpoint } from '@app/kernel';
import { CopySourceChanged, ObjectExists, ObjectNotFound, ObjectStore, PartCopyRefused, ResumableSha256, type ObjectPrefix } from '@app/object-store';
import { Injectable, Logger } from '@nestjs/common';
import { BackendConfig } from '../../../config/backend-config.js';
import type { SourceContent } from '../application/ports/snapshot-source.port.js';
import type { BuildOptions, BuiltZip, StoredVersion } from '../application/ports/snapshot-storage.port.js';
import type { ZipRegion } from '../domain/snapshot.state.js';
import { planZip, type ZipPlan, type ZipStart } from './zip-plan.js';
import { imageChunks } from './zip-entries.js';
import { tailBytes } from './zip-stream.js';

const LARGEST_CHECKED_BYTES = 1024 * 1024;

interface Target {
  readonly key: string;
  readonly tail: StoredVersion['tail'];
  readonly content: SourceContent;
  readonly options: BuildOptions;
}

/** What a stream has told when it was read to its end. */
interface Streamed {
  bytes: number;
  region: ZipRegion | null;
}

/** From where the stream begins: behind the copied images, or at the first byte. */
interface StreamStart {
  readonly afterNumber: number;
  readonly hash: ResumableSha256;
  readonly streamed: Streamed;
}

/**
 * Writes the zip of a version: images one behind the other in the order of their numbers, then masks and label files. Where another zip of the dataset begins with the
 * same images, they are copied inside the store by ranges and the SHA-256 goes on from the kept state.
 */
@Injectable()
export class ZipComposer {
  private readonly logger = new Logger(ZipComposer.name);
  /** A store that does not copy parts is not asked in each build; it may be able to later. */
  private asksForPartsFrom = 0;

  constructor(
    private readonly store: ObjectStore,
    private readonly config: BackendConfig,
    private readonly clock: Clock,
  ) {}

  async write(target: Target): Promise<BuiltZip> {
    const plan = await planZip(target.content, this.clock.now().getTime() >= this.asksForPartsFrom ? target.options.bases : []);
    for (const start of plan.starts) {
      const built = await this.extended(target, plan, start);
      if (built !== null) return built;
    }
    return this.whole(target, plan);
  }

  /** Null: the zip cannot be begun like this one. */
  private async extended(target: Target, plan: ZipPlan, start: ZipStart): Promise<BuiltZip | null> {
    const { base, lastNumber } = start;
    const hash = await ResumableSha256.from(base.region.sha256State);
    if (hash === null) return null;
    const streamed: Streamed = { bytes: 0, region: null };
    // Written over by somebody it is not copied from; what the store itself damages is found by `ZipLooks`.
    const prefix = { key: base.key, bytes: base.region.bytes, ...(base.etag === null ? {} : { etag: base.etag }) };
    const rest = (): AsyncIterable<Uint8Array> => this.stream(target, plan, { afterNumber: lastNumber, hash, streamed });
    try {
      // Label files are about as long as the directory.
      const { sizeBytes, etag } = await this.extend(target, prefix, { rest, aboutBytes: plan.bytes - prefix.bytes + 2 * plan.directoryBytes });
      await this.checkSeam(target, start);
      const fetched = plan.bytes - prefix.bytes;
      return { zip: { key: target.key, sizeBytes, sha256: hash.digest(), etag, region: streamed.region }, bytesMoved: streamed.bytes + fetched, bytesCopied: prefix.bytes };
    } catch (error) {
      if (error instanceof PartCopyRefused && error.isOfStore) this.asksForPartsFrom = this.clock.now().getTime() + this.config.partCopyRetrySeconds * 1000;
      const isOtherBase = error instanceof SeamBroken || error instanceof CopySourceChanged || error instanceof ObjectNotFound;
      if (isOtherBase) await target.options.onDoubt(base);
      if (!isOtherBase && !(error instanceof PartCopyRefused)) throw error;
      this.logger.warn(`${target.key} is not begun like v${base.version}: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }

  private async extend({ key, options }: Target, prefix: ObjectPrefix, { rest, aboutBytes }: { rest: () => AsyncIterable<Uint8Array>; aboutBytes: number }): Promise<{ sizeBytes: number; etag: string }> {
    let made = 0;
    const onProgress = (bytes: number): void => {
      made = bytes;
      options.onProgress(bytes, Math.max(bytes, prefix.bytes));
    };
    const put = { contentType: 'application/zip', onlyIfAbsent: true, signal: options.signal, onProgress, aboutBytes };
    await failpoint('snapshot-extend');
    const etag = await this.onlyOnce(key, async () => {
      const { sizeBytes, etag: written } = await this.store.extend(key, prefix, rest, put);
      made = sizeBytes;
      return written;
    }, () => made);
    return { sizeBytes: made, etag };
  }

  private async whole(target: Target, plan: ZipPlan): Promise<BuiltZip> {
    const { key, options } = target;
    const hash = await ResumableSha256.begin();
    const streamed: Streamed = { bytes: 0, region: null };
    const body = this.stream(target, plan, { afterNumber: 0, hash, streamed });
    let sha256 = '';
    const onProgress = (bytes: number): void => options.onProgress(bytes, Math.max(bytes, plan.bytes + plan.directoryBytes));
    await failpoint('snapshot-write');
    const etag = await this.onlyOnce(
      key,
      async () => (await this.store.upload(key, body, { contentType: 'application/zip', onlyIfAbsent: true, signal: options.signal, onProgress, sha256: () => (sha256 = hash.digest()) })).etag,
      () => streamed.bytes,
    );
    return { zip: { key, sizeBytes: streamed.bytes, sha256: sha256 === '' ? hash.digest() : sha256, etag, region: streamed.region }, bytesMoved: streamed.bytes + plan.bytes, bytesCopied: 0 };
  }

  /** A build that was killed behind its last step finds its zip, which equals the one that it would write: a version's content does not change. One of another size is none of ours. Answers the ETag. */
  private async onlyOnce(key: string, write: () => Promise<string>, sizeBytes: () => number): Promise<string> {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof ObjectExists)) throw error;
      const present = await this.store.head(key);
      if (present?.sizeBytes === sizeBytes()) return present.etag;
      await this.store.delete([key]);
      throw new DomainError('unavailable', 'An unfinished zip of this version lay in the store; it is made again.', { cause: error });
    }
  }

  /** Hashed and counted on their way, in one place: each generator more is three waits for each piece. */
  private async *stream(target: Target, plan: ZipPlan, { afterNumber, hash, streamed }: StreamStart): AsyncIterable<Uint8Array> {
    const { content, tail, options } = target;
    const taken = (chunk: Uint8Array): Uint8Array => {
      hash.update(chunk);
      streamed.bytes += chunk.byteLength;
      return chunk;
    };
    for await (const chunk of imageChunks(content.images(afterNumber), this.store, options.signal)) yield taken(chunk);
    streamed.region = { images: plan.images, bytes: plan.bytes, digest: plan.digest, sha256State: hash.state() };
    await failpoint('snapshot-images-streamed');
    const behind = tail === null ? tailBytes({ content, plan, signal: options.signal }) : this.kept(tail.key, options.signal);
    for await (const chunk of behind) yield taken(chunk);
  }

  private async *kept(key: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const { body } = await this.store.get(key, { signal });
    const chunks: AsyncIterable<Uint8Array> = body;
    yield* chunks;
  }

  /** The last copied image, read back with the four bytes behind it: a store that copied another range is found out. */
  private async checkSeam({ key, options }: Target, { base, lastEntry, lastOffset }: ZipStart): Promise<void> {
    const headerBytes = placedBytes(lastEntry) - lastEntry.sizeBytes;
    const start = lastEntry.sizeBytes > LARGEST_CHECKED_BYTES ? base.region.bytes - 4 : lastOffset + headerBytes;
    const bytes = await this.store.getBytes(key, LARGEST_CHECKED_BYTES + 4, { range: { start, end: base.region.bytes + 3 }, signal: options.signal });
    const isChecked = start !== base.region.bytes - 4;
    if (isChecked && crc32(bytes.subarray(0, -4)) !== lastEntry.crc32) return this.broken(key);
    if (Buffer.from(bytes.subarray(-4, -2)).toString('latin1') !== 'PK') return this.broken(key);
  }

  private async broken(key: string): Promise<never> {
    await this.store.delete([key]);
    throw new SeamBroken('the store copied other bytes');
  }
}

class SeamBroken extends Error {}
