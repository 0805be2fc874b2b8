import { z } from 'zod';

export const superviseSchema = z.object({
  kind: z.literal('start'),
  command: z.array(z.string()).min(1),
  cwd: z.string(),
  environment: z.record(z.string(), z.string()),
  token: z.string(),
  memoryLimitBytes: z.number(),
  maxProcesses: z.number(),
  timeLimitSeconds: z.number(),
  /** Between SIGTERM and SIGKILL. */
  graceMilliseconds: z.number(),
});
export type Supervise = z.infer<typeof superviseSchema>;

export const toSupervisorSchema = z.discriminatedUnion('kind', [superviseSchema, z.object({ kind: z.literal('stop') })]);
export type ToSupervisor = z.infer<typeof toSupervisorSchema>;

/** The program and all that it started are gone. */
export const supervisedSchema = z.object({
  kind: z.literal('ended'),
  code: z.number().nullable(),
  signal: z.string().nullable(),
  verdict: z.object({ code: z.string(), detail: z.string() }).nullable(),
});
export type Supervised = z.infer<typeof supervisedSchema>;
