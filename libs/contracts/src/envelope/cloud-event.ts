import { z } from 'zod';

/**
 * CloudEvents 1.0 in JSON, structured mode, with extension attributes of ours.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export const cloudEventSchema = z.object({
  specversion: z.literal('1.0'),
  /** UUIDv7; also the JetStream message id, so that the broker drops a repeat. */
  id: z.uuid(),
  source: z.string().min(1).max(200),
  /** The NATS subject, version included. */
  type: z.string().min(1).max(200),
  /** The id of the aggregate that the event is about. */
  subject: z.string().min(1).max(200),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  correlationid: z.string().min(1).max(200),
  causationid: z.string().min(1).max(200).optional(),
  /** CloudEvents' distributed tracing extension: what the event was written in, where the sender keeps traces (https://www.w3.org/TR/trace-context/). */
  traceparent: z.string().max(128).optional(),
  aggregateversion: z.number().int().nonnegative().optional(),
  /** CloudEvents' partitioning extension: the lane of an event whose kind has lanes; the subject that it is published under ends with it. */
  partitionkey: z
    .string()
    .max(120)
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/)
    .optional(),
  data: z.unknown(),
});

export type CloudEvent = z.infer<typeof cloudEventSchema>;

/** A kind of event: its subject, the stream that keeps it, and the schema of `data`. */
export interface EventDefinition<S extends z.ZodType = z.ZodType> {
  readonly subject: string;
  readonly stream: StreamName;
  readonly data: S;
  readonly summary: string;
  /** Events of this kind may go by lanes: under the subject, a dot and the event's `partitionkey`. */
  readonly hasLanes?: boolean;
}

/** Under which subject an event is published. */
export const subjectOfEvent = ({ type, partitionkey }: Pick<CloudEvent, 'type' | 'partitionkey'>): string => (partitionkey === undefined ? type : `${type}.${partitionkey}`);

/** Whether events of the kind may come under the subject. */
export const comesUnder = ({ subject, hasLanes }: Pick<EventDefinition, 'subject' | 'hasLanes'>, name: string): boolean => name === subject || (hasLanes === true && name.startsWith(`${subject}.`));

export const STREAM_NAMES = [
  'VISION_DATASET',
  'VISION_ANNOTATION',
  'VISION_SNAPSHOT',
  'VISION_TRAINING',
  'VISION_TRAINING_WORK',
  'VISION_DEAD_LETTER',
] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

/** A question with an answer, over core NATS request/reply. */
export interface RpcDefinition<Q extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  readonly subject: string;
  readonly request: Q;
  readonly reply: A;
  readonly summary: string;
}

export const defineEvent = <S extends z.ZodType>(definition: EventDefinition<S>): EventDefinition<S> => definition;
export const defineRpc = <Q extends z.ZodType, A extends z.ZodType>(definition: RpcDefinition<Q, A>): RpcDefinition<Q, A> => definition;
