import type { PartSource } from './multipart-session.js';
import type { ExtendOptions, ObjectHead, ObjectPrefix, ObjectStore } from './object-store.port.js';
import { chunksOf } from './part-chunks.js';
import { extensionPlan, type ExtensionPlan } from './part-plan.js';

/** New bytes up to this many are one part, and parts of more are cut to this size. */
const HELD_BYTES = 16 * 1024 * 1024;
const COPIES_AT_ONCE = 4;

type UploadPart = (part: PartSource) => Promise<void>;

interface Extension {
  readonly toKey: string;
  readonly prefix: ObjectPrefix;
  readonly rest: () => AsyncIterable<Uint8Array>;
  readonly options: ExtendOptions;
  readonly copySource: string;
  readonly inMultipart: (work: (uploadPart: UploadPart) => Promise<void>) => Promise<string>;
}

/** See `ObjectStore.extend`. */
export async function extendObject(store: ObjectStore, { toKey, prefix, rest, options, copySource, inMultipart }: Extension): Promise<ObjectHead> {
  const held = await heldRest(rest(), options.signal);
  const plan = extensionPlan(prefix.bytes, held.isAll ? held.bytes : null, HELD_BYTES);
  if (plan === null) throw new RangeError('the prefix is too short to be copied in a part');
  let sizeBytes = 0;
  const done = (bytes: number): void => {
    sizeBytes += bytes;
    options.onProgress?.(sizeBytes);
  };
  const etag = await inMultipart(async (uploadPart) => {
    await copyAll(plan, async (range) => {
      await uploadPart({ copySource, range });
      done(plan.partBytes);
    });
    const behind = await remainderOf(store, prefix, { plan, signal: options.signal });
    for await (const piece of chunksOf(joined(behind, held), pieceBytes(plan, held))) {
      await uploadPart(piece);
      done(piece.byteLength);
    }
  });
  return { key: toKey, sizeBytes, etag, lastModified: new Date() };
}

/** What was read of the new bytes before the parts were planned, and how to go on. */
interface HeldRest {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
  readonly isAll: boolean;
  readonly more: AsyncIterator<Uint8Array>;
}

async function heldRest(rest: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<HeldRest> {
  const more = rest[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (bytes <= HELD_BYTES) {
    signal?.throwIfAborted();
    const next = await more.next();
    if (next.done === true) return { chunks, bytes, isAll: true, more };
    // The giver may use its buffer again.
    chunks.push(Uint8Array.from(next.value));
    bytes += next.value.byteLength;
  }
  return { chunks, bytes, isAll: false, more };
}

/** All in one piece where it is held anyway: a buffer of a part that is a gigabyte would be one. */
function pieceBytes({ partBytes, remainder }: ExtensionPlan, { isAll, bytes }: HeldRest): number {
  return isAll ? Math.min(partBytes, remainder + bytes) : partBytes;
}

async function* joined(first: Uint8Array, { chunks, more }: HeldRest): AsyncIterable<Uint8Array> {
  try {
    yield first;
    yield* chunks;
    for (let next = await more.next(); next.done !== true; next = await more.next()) yield next.value;
  } finally {
    await more.return?.();
  }
}

async function remainderOf(store: ObjectStore, { key, bytes }: ObjectPrefix, { plan, signal }: { plan: ExtensionPlan; signal?: AbortSignal | undefined }): Promise<Uint8Array> {
  if (plan.remainder === 0) return new Uint8Array(0);
  return store.getBytes(key, plan.remainder, { range: { start: bytes - plan.remainder, end: bytes - 1 }, ...(signal === undefined ? {} : { signal }) });
}

async function copyAll({ copies }: ExtensionPlan, copy: (range: { readonly start: number; readonly end: number }) => Promise<void>): Promise<void> {
  for (let at = 0; at < copies.length; at += COPIES_AT_ONCE) await Promise.all(copies.slice(at, at + COPIES_AT_ONCE).map(copy));
}
