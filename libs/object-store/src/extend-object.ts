import type { PartSource } from './multipart-session.js';
import type { ExtendOptions, ObjectHead, ObjectPrefix, ObjectStore } from './object-store.port.js';
import { chunksOf } from './part-chunks.js';
import { extensionPlan, MAX_PARTS, type ExtensionPlan } from './part-plan.js';

/** New bytes up to this many are one part, so that the copies can be as large as may be: what stands behind a million images. */
const HELD_BYTES = 96 * 1024 * 1024;
/** Parts of more are cut to this size. */
const CUT_BYTES = 16 * 1024 * 1024;
/** What is left of the prefix is shorter than the number of its copies. */
const ROOM_BYTES = MAX_PARTS;
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
  const plan = extensionPlan(prefix.bytes, held.isAll ? held.bytes : null, CUT_BYTES);
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
    for await (const piece of piecesOf(behind, held, plan)) {
      await uploadPart(piece);
      done(piece.byteLength);
    }
  });
  return { key: toKey, sizeBytes, etag, lastModified: new Date() };
}

/** What was read of the new bytes before the parts were planned, and how to go on. */
interface HeldRest {
  /** Behind `ROOM_BYTES` that are free. */
  readonly buffer: Buffer;
  readonly bytes: number;
  readonly isAll: boolean;
  /** What was read and had no room any more. */
  readonly over: Uint8Array;
  readonly more: AsyncIterator<Uint8Array>;
}

async function heldRest(rest: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<HeldRest> {
  const more = rest[Symbol.asyncIterator]();
  // Memory is taken where it is written to: what is never filled costs nothing.
  const buffer = Buffer.allocUnsafeSlow(ROOM_BYTES + HELD_BYTES);
  let bytes = 0;
  for (;;) {
    signal?.throwIfAborted();
    const next = await more.next();
    if (next.done === true) return { buffer, bytes, isAll: true, over: new Uint8Array(0), more };
    // The giver may use its buffer again.
    if (bytes + next.value.byteLength > HELD_BYTES) return { buffer, bytes, isAll: false, over: Uint8Array.from(next.value), more };
    buffer.set(next.value, ROOM_BYTES + bytes);
    bytes += next.value.byteLength;
  }
}

/** Parts of the bytes behind the copies. All in one where it is held anyway and may be: `behind` is put in front of it then, and nothing is copied once more. */
async function* piecesOf(behind: Uint8Array, held: HeldRest, { partBytes }: ExtensionPlan): AsyncIterable<Uint8Array> {
  const { buffer, bytes, isAll } = held;
  if (!isAll || behind.length > ROOM_BYTES || behind.length + bytes > partBytes) return yield* chunksOf(joined(behind, held), partBytes);
  const start = ROOM_BYTES - behind.length;
  buffer.set(behind, start);
  if (behind.length + bytes > 0) yield buffer.subarray(start, ROOM_BYTES + bytes);
}

async function* joined(behind: Uint8Array, { buffer, bytes, over, more }: HeldRest): AsyncIterable<Uint8Array> {
  try {
    yield behind;
    yield buffer.subarray(ROOM_BYTES, ROOM_BYTES + bytes);
    yield over;
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
