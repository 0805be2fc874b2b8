import { pipeline, Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { z } from 'zod';
import { BackupDamaged, type BackupPlace } from './backup-place.port.js';

const PIECE_CHARACTERS = 64 * 1024;
/** Fast: disks and lines are no faster. */
const LEVEL = 1;

/** Packed by gzip on its way. */
export function packed(body: Readable): AsyncIterable<Uint8Array> {
  const gzip = createGzip({ level: LEVEL });
  // An error destroys the other end, whose reader gets it.
  pipeline(body, gzip, () => undefined);
  return gzip;
}

export async function unpacked(place: BackupPlace, name: string): Promise<Readable> {
  const gunzip = createGunzip();
  pipeline(Readable.from(await place.read(name)), gunzip, () => undefined);
  return gunzip;
}

/** One JSON value a line, packed. */
export function packedLines(values: AsyncIterable<unknown>): AsyncIterable<Uint8Array> {
  return packed(Readable.from(pieces(values)));
}

/** Errors: `BackupDamaged`. */
export async function* linesOf<T>(place: BackupPlace, name: string, schema: z.ZodType<T>): AsyncIterable<T> {
  let rest = '';
  try {
    for await (const chunk of (await unpacked(place, name)).setEncoding('utf8')) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield schema.parse(JSON.parse(line));
    }
  } catch (error) {
    if (error instanceof BackupDamaged) throw error;
    throw new BackupDamaged(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function* pieces(values: AsyncIterable<unknown>): AsyncIterable<Buffer> {
  let text = '';
  for await (const value of values) {
    text += `${JSON.stringify(value)}\n`;
    if (text.length < PIECE_CHARACTERS) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
