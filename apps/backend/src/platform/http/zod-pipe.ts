import { DomainError, type ErrorCode, type Finding } from '@app/kernel';
import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';

/** Checks what came in against a schema; every finding at once, each with a pointer. */
export class ZodPipe<S extends z.ZodType> implements PipeTransform<unknown, z.output<S>> {
  constructor(
    private readonly schema: S,
    /** `validation-failed` for a body, `invalid-parameter` for what stands in the URL. */
    private readonly code: ErrorCode,
    private readonly prefix = '',
  ) {}

  transform(value: unknown): z.output<S> {
    const result = this.schema.safeParse(value);
    if (result.success) return result.data;
    throw new DomainError(this.code, 'The request does not have the expected form; every finding is listed.', {
      findings: result.error.issues.flatMap((issue) => findingsOf(issue, this.prefix)),
    });
  }
}

function findingsOf(issue: z.core.$ZodIssue, prefix: string): Finding[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ code: 'unknown-field', pointer: pointerOf(prefix, [...path, key]), message: 'There is no field of this name.' }));
  }
  const code = issue.code === 'too_big' || issue.code === 'too_small' ? 'out-of-range' : issue.code.replaceAll('_', '-');
  return [{ code, pointer: pointerOf(prefix, path), message: issue.message }];
}

/** RFC 6901; a name from outside is cut at 64 characters. */
function pointerOf(prefix: string, path: readonly string[]): string {
  return prefix + path.map((part) => `/${part.slice(0, 64).replace(/[\ud800-\udbff]$/, '').replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
