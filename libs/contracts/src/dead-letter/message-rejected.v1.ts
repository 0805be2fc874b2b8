import { z } from 'zod';

/** Each app rejects under its own subject, so that the broker's allow-list can tell them apart. */
export const messageRejectedV1 = {
  stream: 'VISION_DEAD_LETTER',
  subjects: ['vision.dead-letter.*.rejected.v1'],
  subjectOf: (app: 'backend' | 'training'): string => `vision.dead-letter.${app}.rejected.v1`,
  summary: 'A message that no consumer can use: kept with the reason, so that a person can look at it and the queue moves on.',
  data: z.object({
    subject: z.string().max(300),
    stream: z.string().max(100),
    consumer: z.string().max(100),
    stream_sequence: z.number().int().nonnegative(),
    deliveries: z.number().int().positive(),
    reason: z.string().max(1000),
    /** The first 64 KiB of the payload, base64: it may be anything. */
    payload_base64: z.string().max(90_000),
  }),
} as const;
export type MessageRejectedV1 = z.infer<typeof messageRejectedV1.data>;
