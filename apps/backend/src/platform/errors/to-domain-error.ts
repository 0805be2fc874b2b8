import { DomainError, type ErrorCode } from '@app/kernel';
import { HttpException } from '@nestjs/common';
import { isConnectionLoss, sqlStateOf } from './sql-state.js';

/** A thrown value as a DomainError; `internal` where nothing else fits. The cause is kept for the log. */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  return fromSql(error) ?? fromFramework(error) ?? new DomainError('internal', 'The request failed because of an error here. It was logged.', { cause: error });
}

function fromSql(error: unknown): DomainError | null {
  if (isConnectionLoss(error)) return unavailable('The database does not answer.', error);
  const state = sqlStateOf(error);
  if (state === undefined) return null;
  const code = codeOfSqlState(state);
  if (code === null) return null;
  if (code === 'unavailable') return unavailable('The database cannot do this at the moment.', error);
  return new DomainError(code, SQL_SENTENCES[code] ?? 'A value was refused by the database.', { cause: error });
}

const SQL_SENTENCES: Partial<Record<ErrorCode, string>> = {
  'already-exists': 'Something of this name or id exists already.',
  'state-conflict': 'Something that this refers to is not there, or is still in use.',
  'validation-failed': 'A value is out of range or has a form that cannot be stored.',
};

const EXACT: Readonly<Record<string, ErrorCode>> = {
  '23505': 'already-exists',
  '23503': 'state-conflict',
  '23514': 'validation-failed',
  '23502': 'validation-failed',
  '42601': 'validation-failed',
  '54000': 'validation-failed',
  '57014': 'unavailable',
  '25006': 'unavailable',
  '40001': 'unavailable',
  '40P01': 'unavailable',
  '55P03': 'unavailable',
};

function codeOfSqlState(state: string): ErrorCode | null {
  const exact = EXACT[state];
  if (exact !== undefined) return exact;
  if (state.startsWith('22')) return 'validation-failed';
  if (state.startsWith('53') || state.startsWith('57P') || state.startsWith('08')) return 'unavailable';
  return null;
}

/** Codes of Fastify and its plugins, by what the client did wrong. */
const FRAMEWORK: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['too-large', 'The body is larger than this route accepts.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type', 'This route does not accept this Content-Type.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed-json', 'The body is empty; JSON was announced.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed-request', 'The body does not have the announced length.'],
  FST_ERR_BAD_URL: ['malformed-request', 'The URL cannot be decoded.'],
  FST_REQ_FILE_TOO_LARGE: ['too-large', 'The file is larger than this route accepts.'],
  FST_PARTS_LIMIT: ['malformed-request', 'The form has too many parts.'],
  FST_FILES_LIMIT: ['malformed-request', 'The form has too many files.'],
  FST_FIELDS_LIMIT: ['malformed-request', 'The form has too many fields.'],
  FST_INVALID_MULTIPART_CONTENT_TYPE: ['unsupported-media-type', 'This route accepts multipart/form-data only.'],
  FST_INVALID_JSON_FIELD_ERROR: ['malformed-request', 'A field of the form says that it is JSON and is not.'],
  FST_MP_PREMATURE_CLOSE: ['malformed-request', 'The form is cut off.'],
  FST_NO_FORM_DATA: ['malformed-request', 'The form has no data.'],
  FST_PROTO_VIOLATION: ['malformed-request', 'A field of this name is not accepted.'],
};

const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  400: ['malformed-request', 'The request cannot be read.'],
  401: ['unauthenticated', 'A valid credential is needed.'],
  403: ['forbidden', 'This is not allowed.'],
  404: ['not-found', 'There is no such resource, or you may not see it.'],
  405: ['method-not-allowed', 'This route does not know this method.'],
  406: ['not-acceptable', 'This route cannot answer in the form that was asked for.'],
  408: ['malformed-request', 'The request took too long to arrive.'],
  413: ['too-large', 'The body is larger than this route accepts.'],
  414: ['malformed-request', 'The URL is too long.'],
  415: ['unsupported-media-type', 'This route does not accept this Content-Type.'],
  431: ['headers-too-large', 'The header fields are too large.'],
};

function fromFramework(error: unknown): DomainError | null {
  const code: unknown = (error as { code?: unknown } | null)?.code;
  const known = typeof code === 'string' ? FRAMEWORK[code] : undefined;
  const status = error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: unknown } | null)?.statusCode);
  const mapped = known ?? BY_STATUS[status] ?? (status >= 400 && status < 500 ? BY_STATUS[400] : undefined);
  return mapped === undefined ? null : new DomainError(mapped[0], mapped[1], { cause: error });
}

function unavailable(detail: string, cause: unknown): DomainError {
  return new DomainError('unavailable', detail, { retryAfterSeconds: 5, cause });
}
