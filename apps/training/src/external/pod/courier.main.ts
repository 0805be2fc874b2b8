import { join } from 'node:path';
import { OUTPUT_FOLDER } from '../job-file.js';
import { CourierServer } from './courier-server.js';
import { GRANT_FOLDER, JOB_FOLDER } from './pod-grant.js';
import { readGrant } from './read-grant.js';

/** Beside the trainer: hands out its files until the worker has them all. */
const { token, courier_port: port } = await readGrant(GRANT_FOLDER);
const server = new CourierServer({ folder: join(JOB_FOLDER, OUTPUT_FOLDER), token, onDone: () => void server.close() });
await server.listen({ host: '0.0.0.0', port });
process.once('SIGTERM', () => void server.close());
