import { readFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import { describe, expect, it } from 'vitest';

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');
const COMMAND = 'npx openapi-typescript docs/openapi.json -o apps/labeler/src/api/openapi.generated.ts --immutable';

describe('the types of the API', () => {
  it('come from the committed document', async () => {
    const document: unknown = JSON.parse(await read('../../../../docs/openapi.json'));
    const made = astToString(await openapiTS(document as Parameters<typeof openapiTS>[0], { immutable: true }));
    const committed = await read('./openapi.generated.ts');
    // Without the banner that the command line writes.
    const isFresh = committed.replace(/^\/\*\*[\s\S]*?\*\/\s*/, '').trim() === made.trim();
    expect(isFresh, `stale: run \`${COMMAND}\``).toBe(true);
  });
});
