import { z } from 'zod';
import { count } from './variable-forms.js';

/** How long what may go is kept; docs/retention.md. */
export const RETENTION_VARIABLES = {
  CLEAN_UP_LOOK_SECONDS: count(15, 3600).describe('how often a replica looks whether a clean-up is due'),
  TRASH_DAYS: count(30, 3650).describe('datasets in the trash are removed for good after so long'),
  UPLOAD_KEPT_HOURS: count(24, 8760).describe('uploads of zips, images and models that were begun or announced and not completed are given up after so long'),
  UPLOAD_RECORD_DAYS: count(7, 3650).describe('how an upload ended can be asked for so long'),
  MULTIPART_KEPT_HOURS: count(48, 8760).describe('multipart uploads that nobody completed are ended after so long; none of the product takes a day'),
  CHECKPOINT_DAYS: count(90, 3650).describe("of trainings that ended so long ago only the best epoch's and the last checkpoint stay, whatever their own policy kept"),
  MODEL_RUN_FILES_DAYS: count(30, 3650).describe('lists of images and predictions of pre-labelings and evaluations go after so long; suggestions and figures stay'),
  TOKEN_DAYS: count(30, 3650).describe('sessions and API keys that expired or were revoked are forgotten after so long'),
  IDEMPOTENCY_HOURS: count(24, 720).describe('a repeated request with the same Idempotency-Key gets the first answer for so long'),
  OUTBOX_DAYS: z.coerce.number().int().min(7).max(365).default(7).describe('published events stay so long; at least as long as the broker keeps them, so that one that lost its disk can be filled again'),
  INBOX_DAYS: z.coerce.number().int().min(30).max(365).default(30).describe('consumed events are remembered so long: longer than anything can come again'),
  STORE_COUNTS_DAYS: count(400, 3650).describe('counted operations of the store, by day, stay so long: a year and a month'),
} as const;

export interface Retention {
  readonly trashDays: number;
  readonly uploadHours: number;
  readonly uploadRecordDays: number;
  readonly multipartHours: number;
  readonly checkpointDays: number;
  readonly modelRunFilesDays: number;
  readonly tokenDays: number;
  readonly idempotencyHours: number;
  readonly outboxDays: number;
  readonly inboxDays: number;
  readonly storeCountsDays: number;
}

type Values = { readonly [Name in keyof typeof RETENTION_VARIABLES]: number };

export function retentionOf(values: Values): Retention {
  return {
    ...{ trashDays: values.TRASH_DAYS, uploadHours: values.UPLOAD_KEPT_HOURS, uploadRecordDays: values.UPLOAD_RECORD_DAYS, multipartHours: values.MULTIPART_KEPT_HOURS },
    ...{ checkpointDays: values.CHECKPOINT_DAYS, modelRunFilesDays: values.MODEL_RUN_FILES_DAYS, tokenDays: values.TOKEN_DAYS, idempotencyHours: values.IDEMPOTENCY_HOURS },
    ...{ outboxDays: values.OUTBOX_DAYS, inboxDays: values.INBOX_DAYS, storeCountsDays: values.STORE_COUNTS_DAYS },
  };
}
