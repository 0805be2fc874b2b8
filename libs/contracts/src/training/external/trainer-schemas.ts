import { z } from 'zod';
import { trainerJobSchema } from './trainer-job.js';
import { trainerLineSchema } from './trainer-lines.js';
import { trainersFileSchema } from './trainers-file.js';

/** File names and JSON Schemas of what a trainer reads and writes, as docs/schemas has them. */
export function trainerSchemas(): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  return new Map<string, Readonly<Record<string, unknown>>>([
    ['trainer-job-1.schema.json', z.toJSONSchema(trainerJobSchema, { io: 'output' })],
    ['trainer-line-1.schema.json', z.toJSONSchema(trainerLineSchema, { io: 'input' })],
    ['trainers-file-1.schema.json', z.toJSONSchema(trainersFileSchema, { io: 'input' })],
  ]);
}
