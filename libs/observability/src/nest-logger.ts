import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

type Method = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Nest's log calls on our logger: the last text argument is Nest's context, an Error keeps its stack. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(method: Method, message: unknown, rest: readonly unknown[]): void {
    const texts = rest.filter((one): one is string => typeof one === 'string');
    const error = [message, ...rest].find((one) => one instanceof Error);
    const stack = texts.find((one) => one.includes('\n    at '));
    const context = texts.filter((one) => one !== stack).at(-1);
    const fields = { ...(context === undefined ? {} : { context }), ...(error === undefined ? {} : { err: error }), ...(stack === undefined ? {} : { stack }) };
    this.logger[method](fields, message instanceof Error ? message.message : typeof message === 'string' ? message : JSON.stringify(message));
  }
}
