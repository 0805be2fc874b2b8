import { describe, expect, it } from 'vitest';
import { Problem } from '../../../api/problem.js';
import { findingsOf, outputOf } from './findings-of.js';

const refusal = (...errors: { code: string; pointer?: string }[]): Problem => new Problem({ status: 422, code: 'validation-failed', detail: '', errors: errors.map((one) => ({ ...one, message: 'x' })) });

describe('what the server found', () => {
  it('stands beside what it is about, by its pointer or else by its code', () => {
    const places = findingsOf(refusal({ code: 'unknown-class', pointer: '/adapter/classes/2/id' }, { code: 'unsupported-fit', pointer: '/adapter/preprocessing/fit' }, { code: 'too-large', pointer: '/size_bytes' }, { code: 'does-not-run' }, { code: 'wrong-output' }, { code: 'not-a-model' }, { code: 'task-mismatch', pointer: '/adapter/task_type' }));
    expect([...places].map(([place, found]) => `${place}: ${found.map((one) => one.code).join()}`)).toEqual(['outputs: unknown-class,wrong-output', 'preprocessing: unsupported-fit', 'file: too-large,not-a-model', 'size: does-not-run', 'form: task-mismatch']);
    expect(findingsOf(new Error('another')).size + findingsOf(null).size).toBe(0);
  });

  it('names the output it is about', () => {
    expect([{ pointer: '/adapter/classes/12/id' }, { pointer: '/adapter/classes' }, {}].map(outputOf)).toEqual([12, null, null]);
  });
});
