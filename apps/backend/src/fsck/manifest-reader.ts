import { createInterface } from 'node:readline';
import type { ObjectStore } from '@app/object-store';
import { z } from 'zod';

const headSchema = z.object({ version: z.number(), content_hash: z.string(), zip: z.object({ key: z.string(), size_bytes: z.number(), sha256: z.string() }).nullable() });
const entrySchema = z.object({ file_name: z.string(), size_bytes: z.number(), crc32: z.string(), sha256: z.string() });

export type ManifestHead = z.infer<typeof headSchema>;
export type ManifestEntry = z.infer<typeof entrySchema>;

export interface ReadManifest {
  /** Null: it is no manifest. */
  readonly head: ManifestHead | null;
  /** Null in the place of what cannot be read. */
  readonly entries: AsyncIterable<ManifestEntry | null>;
}

/** A manifest line by line, as it was written (one entry a line): memory holds one. */
export async function readManifest(store: ObjectStore, key: string): Promise<ReadManifest> {
  const { body } = await store.get(key);
  const lines = createInterface({ input: body, crlfDelay: Infinity })[Symbol.asyncIterator]();
  const first = await lines.next();
  const head = first.done === true ? null : parsed(`${first.value}]}`, headSchema);
  if (head === null) body.destroy();
  return { head, entries: head === null ? nothing() : entriesOf(lines) };
}

async function* entriesOf(lines: AsyncIterator<string>): AsyncIterable<ManifestEntry | null> {
  for (let line = await lines.next(); ; line = await lines.next()) {
    if (line.done === true) return yield null;
    if (line.value === ']}') return;
    yield parsed(line.value.replace(/,$/, ''), entrySchema);
  }
}

async function* nothing(): AsyncIterable<null> {
  yield* [];
  await Promise.resolve();
}

function parsed<T>(text: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
