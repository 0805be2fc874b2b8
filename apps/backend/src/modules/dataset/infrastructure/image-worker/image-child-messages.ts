import { OPERATION_CLASSES, type StoreOperation } from '@app/object-store';
import { z } from 'zod';

const imageJob = z.object({
  /** Of this parent only; tells answers apart. */
  id: z.number().int(),
  key: z.string(),
  thumbnailKey: z.string(),
  previewKey: z.string(),
  sizeBytes: z.number().int(),
  /** 64 hex digits. */
  sha256: z.string(),
  /** Null where it is not known yet. */
  crc32: z.number().int().nullable(),
  /** Of the upright image; 0: not known yet. */
  width: z.number().int(),
  height: z.number().int(),
});
export type ImageJob = z.infer<typeof imageJob>;

const storeOptions = z.object({ endpoint: z.string(), region: z.string(), bucket: z.string(), accessKeyId: z.string(), secretAccessKey: z.string() });

/** The credential comes by message, not by environment: the environment of a process can be read by others of its user. */
export const toChildSchema = z.discriminatedUnion('kind', [z.object({ kind: z.literal('open'), store: storeOptions }), z.object({ kind: z.literal('image'), job: imageJob }), z.object({ kind: z.literal('stop') })]);
export type ToChild = z.infer<typeof toChildSchema>;
export type ChildStoreOptions = z.infer<typeof storeOptions>;

export const IMAGE_FAULTS = ['image-broken', 'image-changed', 'image-missing', 'image-too-large', 'image-size-differs', 'image-too-costly'] as const;
export type ImageFault = (typeof IMAGE_FAULTS)[number];

const madeSchema = z.object({ kind: z.literal('made'), crc32: z.number().int(), width: z.number().int(), height: z.number().int(), orientation: z.number().int().min(1).max(8), channels: z.number().int() });
export type MadeImage = z.infer<typeof madeSchema>;

export const outcomeSchema = z.discriminatedUnion('kind', [
  madeSchema,
  /** A verdict over the image. */
  z.object({ kind: z.literal('broken'), fault: z.enum(IMAGE_FAULTS), message: z.string() }),
  /** Nothing is known of the image: the store is away, or something failed that is not the image's. */
  z.object({ kind: z.literal('postponed'), message: z.string() }),
]);
export type ImageOutcome = z.infer<typeof outcomeSchema>;

export const PHASES = ['reading', 'decoding', 'writing'] as const;
export type Phase = (typeof PHASES)[number];

const operations = Object.keys(OPERATION_CLASSES) as [StoreOperation, ...StoreOperation[]];

export const fromChildSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('phase'), id: z.number().int(), phase: z.enum(PHASES) }),
  z.object({ kind: z.literal('outcome'), id: z.number().int(), outcome: outcomeSchema }),
  /** It asked the store; its parent counts for both. */
  z.object({ kind: z.literal('asked'), operation: z.enum(operations), answer: z.enum(['sent', 'refused']), key: z.string() }),
  /** What it takes. `decodingSeconds` are of computing, since the image in decoding was begun. */
  z.object({ kind: z.literal('alive'), residentBytes: z.number(), decodingSeconds: z.number() }),
]);
export type FromChild = z.infer<typeof fromChildSchema>;
