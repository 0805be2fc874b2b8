import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GRANT_FILE, podGrantSchema, type PodGrant } from './pod-grant.js';

/** What the worker wrote into the pod's secret. */
export async function readGrant(folder: string): Promise<PodGrant> {
  return podGrantSchema.parse(JSON.parse(await readFile(join(folder, GRANT_FILE), 'utf8')));
}
