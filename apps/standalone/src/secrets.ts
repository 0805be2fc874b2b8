import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LocalServiceError } from '@app/local-services';

const text = z.string().min(12);
const secretsSchema = z.object({
  jwt_secret: text,
  nats: z.object({ backend: text, training: text, consumer: text }),
  store: z.object({ access_key_id: text, secret_access_key: text, readonly_access_key_id: text, readonly_secret_access_key: text }),
});
export type Secrets = z.infer<typeof secretsSchema>;

const adminSchema = z.object({ email: z.string(), password: z.string() });
export type AdminCredentials = z.infer<typeof adminSchema>;

const random = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Made at the first start and kept in `secrets.json`, mode 600. */
export async function keptSecrets(folder: string): Promise<Secrets> {
  return kept(join(folder, 'secrets.json'), secretsSchema, () => ({
    jwt_secret: random(32),
    nats: { backend: random(20), training: random(20), consumer: random(20) },
    store: { access_key_id: `rw${random(9)}`, secret_access_key: random(20), readonly_access_key_id: `ro${random(9)}`, readonly_secret_access_key: random(20) },
  }));
}

/** The first administrator, in `admin-credentials.json`, mode 600. */
export async function keptAdmin(folder: string): Promise<AdminCredentials> {
  return kept(join(folder, 'admin-credentials.json'), adminSchema, () => ({ email: 'admin@vision.local', password: randomBytes(12).toString('base64url') }));
}

async function kept<T>(path: string, schema: z.ZodType<T>, make: () => T): Promise<T> {
  const found = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new LocalServiceError(`${path} cannot be read (${error.code ?? 'unknown'}).`, { cause: error });
  });
  if (found === null) return write(path, make());
  try {
    return schema.parse(JSON.parse(found));
  } catch (error) {
    throw new LocalServiceError(`${path} is damaged; put back a copy of it, or move the data folder away to begin anew.`, { cause: error });
  }
}

/** Whole or not at all: a start that is killed here leaves no half file. */
async function write<T>(path: string, value: T): Promise<T> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  return value;
}
