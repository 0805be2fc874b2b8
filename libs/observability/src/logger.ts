import { destination, pino, type Logger } from 'pino';
import { currentTraceparent } from './tracing/spans.js';
import { WorkContext } from './work-context.js';
import { readableLine } from './readable-line.js';

export type { Logger } from 'pino';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export interface LoggerOptions {
  /** Name of the process, in every line. */
  readonly name: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** `json`: one JSON object a line, for machines (default in production). `readable`: one line for a person. */
  readonly format?: 'json' | 'readable';
  /** Where lines go; default standard error, since standard output belongs to answers. */
  readonly stream?: NodeJS.WritableStream;
}

const SECRET_FIELDS = ['password', 'token', 'access_token', 'refresh_token', 'authorization', 'cookie', 'set-cookie', 'secret', 'secretAccessKey', 'apiKey', 'api_key'];
/** Two levels deep: `req.headers.authorization` and everything flatter. */
const REDACTED = SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]);

const SECRETS_IN_TEXT: readonly (readonly [RegExp, string])[] = [
  [/(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"\\]+/gi, '$1[secret]'],
  [/(\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}/g, '$1[secret]'],
  // user:password@ inside an address.
  [/([a-z][a-z0-9+.-]*:\/\/[^:/?#\s"]+:)[^@/\s"]+@/gi, '$1[secret]@'],
];

/** Replaces what must not be in a log: signatures of presigned addresses, bearer tokens, passwords inside addresses. */
export function withoutSecrets(text: string): string {
  return SECRETS_IN_TEXT.reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), text);
}

/** Which request or message a line belongs to, whoever writes it. */
function contextFields(): Record<string, string> {
  const correlationId = WorkContext.current()?.correlationId;
  const traceId = currentTraceparent()?.split('-')[1];
  return { ...(correlationId === undefined ? {} : { correlation_id: correlationId }), ...(traceId === undefined ? {} : { trace_id: traceId }) };
}

/** A pino logger that never writes secrets: known fields are redacted, and the finished line is cleaned of those inside texts. */
export function createLogger(options: LoggerOptions): Logger {
  const format = options.format ?? (process.env['NODE_ENV'] === 'production' ? 'json' : 'readable');
  const sink = options.stream ?? destination({ dest: 2, sync: true });
  const write = (line: string): void => void sink.write(withoutSecrets(format === 'json' ? line : readableLine(line)));
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: '[secret]' },
      mixin: contextFields,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
}

