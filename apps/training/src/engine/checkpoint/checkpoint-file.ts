import { createHash } from 'node:crypto';
import { DomainError } from '@app/kernel';
import { z } from 'zod';
import { emptyState, isFinite, type NetworkState } from '../network/network-state.js';

/**
 * Our own container of a training's state, so that nothing in it can run: magic, header length (uint32 little endian), JSON header, float32
 * tensors little endian in the order of the header, SHA-256 of all before it.
 */
const MAGIC = Buffer.from('VCKPT1\r\n');
const HEADER_OFFSET = MAGIC.length + 4;
const HASH_BYTES = 32;
const MAX_HEADER_BYTES = 1024 * 1024;

const progressSchema = z.object({
  epoch: z.number().int().positive(),
  bestEpoch: z.number().int().positive(),
  bestValue: z.number().nullable(),
  epochsWithoutGain: z.number().int().nonnegative(),
});
export type TrainingProgress = z.infer<typeof progressSchema>;

const headerSchema = z.object({
  configHash: z.string().regex(/^[0-9a-f]{64}$/),
  step: z.number().int().nonnegative(),
  progress: progressSchema,
  parameters: z.array(z.object({ name: z.string().max(200), shape: z.array(z.number().int().positive()).max(8) })).max(10_000),
  statistics: z.array(z.object({ name: z.string().max(200), channels: z.number().int().positive() })).max(10_000),
});

export interface Checkpoint {
  /** What the state belongs to: model, data, hyperparameters. Another one cannot go on from it. */
  readonly configHash: string;
  readonly state: NetworkState;
  readonly progress: TrainingProgress;
}

export function encodeCheckpoint({ configHash, state, progress }: Checkpoint): Buffer {
  const header: z.infer<typeof headerSchema> = {
    configHash,
    step: state.step,
    progress,
    parameters: [...state.parameters].map(([name, parameter]) => ({ name, shape: [...parameter.shape] })),
    statistics: [...state.statistics].map(([name, { mean }]) => ({ name, channels: mean.length })),
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const body = Buffer.concat([MAGIC, length, json, ...tensorsOf(state).map((tensor) => Buffer.from(tensor.buffer, tensor.byteOffset, tensor.byteLength))]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]);
}

/** Throws `validation-failed` for anything that is not a whole, finite checkpoint of this very configuration; null: of any, for its weights alone. */
export function decodeCheckpoint(bytes: Buffer, configHash: string | null): Checkpoint {
  const header = readHeader(bytes);
  if (configHash !== null && header.configHash !== configHash) throw refused('it belongs to another model, dataset or set of hyperparameters');
  const state = emptyState();
  state.step = header.step;
  let offset = HEADER_OFFSET + bytes.readUInt32LE(MAGIC.length);
  const take = (count: number): Float32Array => {
    const end = offset + count * 4;
    if (end > bytes.length - HASH_BYTES) throw refused('its header names more tensors than it holds');
    // A copy: the bytes may not lie on a multiple of four.
    const tensor = new Float32Array(new Uint8Array(bytes.subarray(offset, end)).buffer);
    offset = end;
    return tensor;
  };
  for (const { name, shape } of header.parameters) {
    const size = shape.reduce((product, one) => product * one, 1);
    state.parameters.set(name, { shape, data: take(size), firstMoment: take(size), secondMoment: take(size) });
  }
  for (const { name, channels } of header.statistics) state.statistics.set(name, { mean: take(channels), variance: take(channels) });
  if (offset !== bytes.length - HASH_BYTES) throw refused('it holds more than its header names');
  if (!isFinite(state)) throw refused('a weight in it is not a finite number');
  return { configHash: header.configHash, state, progress: header.progress };
}

function readHeader(bytes: Buffer): z.infer<typeof headerSchema> {
  if (bytes.length < HEADER_OFFSET + HASH_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw refused('it is not a checkpoint of this platform');
  const body = bytes.subarray(0, bytes.length - HASH_BYTES);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(body.length))) throw refused('it is damaged');
  const length = bytes.readUInt32LE(MAGIC.length);
  if (length > MAX_HEADER_BYTES || HEADER_OFFSET + length > body.length) throw refused('its header is too long');
  try {
    return headerSchema.parse(JSON.parse(bytes.subarray(HEADER_OFFSET, HEADER_OFFSET + length).toString('utf8')));
  } catch (error) {
    throw refused('its header cannot be read', error);
  }
}

function tensorsOf(state: NetworkState): Float32Array[] {
  return [...[...state.parameters.values()].flatMap((one) => [one.data, one.firstMoment, one.secondMoment]), ...[...state.statistics.values()].flatMap((one) => [one.mean, one.variance])];
}

function refused(why: string, cause?: unknown): DomainError {
  return new DomainError('validation-failed', `The checkpoint cannot be used: ${why}.`, { cause });
}
