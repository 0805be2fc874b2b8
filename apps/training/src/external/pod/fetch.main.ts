import { writeFile } from 'node:fs/promises';
import type { TrainingLog } from '../../training-log.js';
import { fetchData } from './fetch-data.js';
import { GRANT_FOLDER, JOB_FOLDER } from './pod-grant.js';
import { readGrant } from './read-grant.js';

/** First container of a trainer's pod: brings the data, says how it went, and is gone before the trainer begins. */
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const log: TrainingLog = { debug: () => undefined, info: say, warn: say, error: say };
const controller = new AbortController();
process.once('SIGTERM', () => controller.abort(new Error('the pod ends')));

const prepared = await fetchData(await readGrant(GRANT_FOLDER), JOB_FOLDER, { signal: controller.signal, log });
await writeFile('/dev/termination-log', JSON.stringify(prepared));
process.exitCode = prepared.ok ? 0 : 1;
