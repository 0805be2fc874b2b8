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
  /** Values that must not be written, wherever they turn up; those of the configuration. */
  readonly secrets?: readonly string[];
}

const SECRET_FIELDS = ['password', 'token', 'access_token', 'refresh_token', 'authorization', 'cookie', 'set-cookie', 'secret', 'secretAccessKey', 'apiKey', 'api_key'];
/** Two levels deep: `req.headers.authorization` and everything flatter. */
const REDACTED = SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]);

const SECRETS_IN_TEXT: readonly (readonly [RegExp, string])[] = [
  [/(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"\\]+/gi, '$1[secret]'],
  [/(\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}/g, '$1[secret]'],
  // Our API keys, and tokens by their form (RFC 7519: the header of a JWT begins with {" in base64).
  [/\bvk_[A-Za-z0-9_-]{8,}/g, 'vk_[secret]'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[secret]'],
  // user:password@ inside an address.
  [/([a-z][a-z0-9+.-]*:\/\/[^:/?#\s"]+:)[^@/\s"]+@/gi, '$1[secret]@'],
];

/** Shorter ones would blot out words. */
const SHORTEST_SECRET = 8;

/** Replaces what must not be in a log: signatures of presigned addresses, tokens, API keys, passwords inside addresses, and these `secrets`. */
export function withoutSecrets(text: string, secrets: readonly string[] = []): string {
  const known = secrets.filter((secret) => secret.length >= SHORTEST_SECRET).reduce((line, secret) => line.replaceAll(secret, '[secret]'), text);
  return SECRETS_IN_TEXT.reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), known);
}

/** The password inside an address, as it stands there and as it is meant; for `secrets` of a logger. */
export function passwordsIn(...addresses: readonly string[]): string[] {
  const passwords = addresses.flatMap((text) => text.split(',')).flatMap((one) => (URL.canParse(one.trim()) ? [new URL(one.trim()).password] : []));
  return passwords.flatMap((password) => [password, decoded(password)]).filter((password) => password !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const MOST_CAUSES = 5;

/** What is needed to find a mistake. Not the other fields of an error: a failed statement carries its parameters, a failed call its request. */
function leanError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const stacks: string[] = [];
  for (let one: unknown = error; one instanceof Error && stacks.length < MOST_CAUSES; one = one.cause) stacks.push(one.stack ?? one.message);
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { type: error.name, message: error.message, ...code, stack: stacks.join('\ncaused by: ') };
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
  const write = (line: string): void => void sink.write(withoutSecrets(format === 'json' ? line : readableLine(line), options.secrets));
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: '[secret]' },
      mixin: contextFields,
      serializers: { err: leanError },
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
}

