import { randomUUID } from 'node:crypto';
import { HELD_BYTES, planBesides } from './extension-parts.js';
import type { PartSource } from './multipart-session.js';
import { objectKeys } from './object-keys.js';
import type { ExtendOptions, ObjectHead, ObjectPrefix, ObjectStore } from './object-store.port.js';
import { chunksOf } from './part-chunks.js';
import { extensionPlan, MAX_PARTS, type ExtensionPlan } from './part-plan.js';

/** What is left of the prefix is shorter than the number of its copies. */
const ROOM_BYTES = MAX_PARTS;
const COPIES_AT_ONCE = 4;

type UploadPart = (part: PartSource) => Promise<void>;

interface Extension {
  readonly toKey: string;
  readonly prefix: ObjectPrefix;
  readonly rest: () => AsyncIterable<Uint8Array>;
  readonly options: ExtendOptions;
  readonly sourceOf: (key: string) => string;
  readonly inMultipart: (work: (uploadPart: UploadPart) => Promise<void>) => Promise<string>;
}

/** See `ObjectStore.extend`. */
export async function extendObject(store: ObjectStore, of: Extension): Promise<ObjectHead> {
  const held = await heldRest(of.rest(), of.options.signal);
  const progress = progressOf(of.options);
  const aside = held.isAll ? null : planBesides(of.prefix.bytes, of.options.aboutBytes);
  if (aside === null) return extended(store, of, { held, progress });
  const key = objectKeys.staging(randomUUID());
  try {
    const behind = await remainderOf(store, of, aside);
    const { sizeBytes } = await store.upload(key, joined(behind, held), { ...signalOf(of), onProgress: progress.reached });
    if (sizeBytes > aside.partBytes) return await extended(store, of, { held: await heldRest(readBack(store, key, behind.length)), progress: progressOf(of.options) });
    return await inParts(of, { plan: aside, progress }, (uploadPart) => uploadPart({ copySource: of.sourceOf(key) }));
  } finally {
    // What stays because the store is away is swept with the rest of the staging area.
    await store.delete([key]).catch(() => undefined);
  }
}

/** Parts of the new bytes come from this process. */
async function extended(store: ObjectStore, of: Extension, { held, progress }: { held: HeldRest; progress: Progress }): Promise<ObjectHead> {
  const plan = extensionPlan(of.prefix.bytes, held.isAll ? held.bytes : null, HELD_BYTES);
  if (plan === null) throw new RangeError('the prefix is too short to be copied in a part');
  return inParts(of, { plan, progress }, async (uploadPart) => {
    const behind = await remainderOf(store, of, plan);
    for await (const piece of piecesOf(behind, held, plan)) {
      await uploadPart(piece);
      progress.done(piece.byteLength);
    }
  });
}

async function inParts({ toKey, prefix, sourceOf, inMultipart }: Extension, { plan, progress }: { plan: ExtensionPlan; progress: Progress }, rest: (uploadPart: UploadPart) => Promise<void>): Promise<ObjectHead> {
  const copySource = sourceOf(prefix.key);
  const etag = await inMultipart(async (uploadPart) => {
    await copyAll(plan, async (range) => {
      await uploadPart({ copySource, range, ifMatch: prefix.etag });
      progress.done(plan.partBytes);
    });
    await rest(uploadPart);
  });
  return { key: toKey, sizeBytes: progress.bytes(), etag, lastModified: new Date() };
}

interface Progress {
  readonly bytes: () => number;
  /** So many more. */
  readonly done: (bytes: number) => void;
  /** So many in all. */
  readonly reached: (bytes: number) => void;
}

function progressOf({ onProgress }: ExtendOptions): Progress {
  let sizeBytes = 0;
  const reached = (bytes: number): void => {
    sizeBytes = bytes;
    onProgress?.(bytes);
  };
  return { bytes: () => sizeBytes, reached, done: (bytes) => reached(sizeBytes + bytes) };
}

const signalOf = ({ options: { signal } }: Extension): { readonly signal?: AbortSignal } => (signal === undefined ? {} : { signal });

async function* readBack(store: ObjectStore, key: string, start: number): AsyncIterable<Uint8Array> {
  const { body } = await store.get(key, { range: { start } });
  const chunks: AsyncIterable<Uint8Array> = body;
  yield* chunks;
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

async function remainderOf(store: ObjectStore, of: Extension, { remainder }: ExtensionPlan): Promise<Uint8Array> {
  const { key, bytes } = of.prefix;
  if (remainder === 0) return new Uint8Array(0);
  return store.getBytes(key, remainder, { range: { start: bytes - remainder, end: bytes - 1 }, ...signalOf(of) });
}

async function copyAll({ copies }: ExtensionPlan, copy: (range: { readonly start: number; readonly end: number }) => Promise<void>): Promise<void> {
  for (let at = 0; at < copies.length; at += COPIES_AT_ONCE) await Promise.all(copies.slice(at, at + COPIES_AT_ONCE).map(copy));
}
