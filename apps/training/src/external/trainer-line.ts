import { TRAINER_LINE_TYPES, trainerLineSchema, type TrainerLine } from '@app/contracts';

export type ReadLine = { readonly kind: 'line'; readonly line: TrainerLine; readonly nonFinite: boolean } | { readonly kind: 'text' } | { readonly kind: 'wrong'; readonly type: string; readonly reason: string };

/** Python writes `NaN`, which is no JSON. Only where a value stands: a text that says NaN stays as it is. */
const NON_FINITE = /(?<=[:[,]\s*)-?(?:NaN|Infinity)(?=\s*[,\]}])/g;

/** What a line of a trainer's output is: a message, a wrong message, or words for the log. */
export function readTrainerLine(text: string): ReadLine {
  if (!text.trimStart().startsWith('{')) return { kind: 'text' };
  const strict = parsed(text);
  const nonFinite = strict === undefined && text.search(NON_FINITE) >= 0;
  const value = nonFinite ? parsed(text.replace(NON_FINITE, 'null')) : strict;
  const type = typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' ? value.type : '';
  if (!TRAINER_LINE_TYPES.has(type)) return { kind: 'text' };
  const line = trainerLineSchema.safeParse(value);
  if (line.success) return { kind: 'line', line: line.data, nonFinite };
  const issue = line.error.issues[0];
  return { kind: 'wrong', type, reason: issue === undefined ? 'it is wrong' : `${issue.path.join('.')}: ${issue.message}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
