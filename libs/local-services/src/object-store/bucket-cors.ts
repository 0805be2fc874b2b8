import { open, readFile, rename } from 'node:fs/promises';
import { corsDocument, corsRules, type CorsRule } from './cors.js';

/** The CORS rules of the bucket, kept in a file of their own beside the journal. */
export class BucketCors {
  private current: readonly CorsRule[];

  /** `initial` holds until a document is put. */
  constructor(
    private readonly path: string,
    initial: readonly CorsRule[],
  ) {
    this.current = initial;
  }

  get rules(): readonly CorsRule[] {
    return this.current;
  }

  async load(): Promise<void> {
    const stored = await readFile(this.path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    });
    if (stored !== null) this.current = corsRules(stored);
  }

  /** Whole on the disk before it counts. */
  async set(rules: readonly CorsRule[]): Promise<void> {
    const fresh = `${this.path}.new`;
    const file = await open(fresh, 'w', 0o600);
    try {
      await file.writeFile(corsDocument(rules));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, this.path);
    this.current = rules;
  }
}
