import type { z } from 'zod';
import { describeEnvironment, type DescribedVariable } from './describe-environment.js';

/** In which sizes are said, largest first. */
const UNITS = [
  ['GiB', 1024 ** 3],
  ['GB', 1000 ** 3],
  ['MiB', 1024 ** 2],
] as const;

/** The variables of a schema as a table in Markdown, with a line's end behind each row. */
export function environmentTable(schema: z.ZodObject): string {
  const rows = describeEnvironment(schema).map((one) => [`\`${one.name}\``, fallbackOf(one), one.values, one.meaning]);
  return [['variable', 'default', 'values', 'what it is for'], ['---', '---', '---', '---'], ...rows].map((cells) => `| ${cells.map(inCell).join(' | ')} |\n`).join('');
}

function fallbackOf({ fallback, isRequired }: DescribedVariable): string {
  if (isRequired) return '**required**';
  if (fallback === null || fallback === '') return '';
  const size = Number(fallback);
  const unit = Number.isSafeInteger(size) && size > 0 ? UNITS.find(([, bytes]) => size % bytes === 0) : undefined;
  return unit === undefined ? fallback : `${fallback} (${size / unit[1]} ${unit[0]})`;
}

const inCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
