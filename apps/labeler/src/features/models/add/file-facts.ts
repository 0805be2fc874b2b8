import { readOnnxMetadata } from '@app/kernel';
import type { Dataset } from '../../../api/types.js';
import { COLOURS, FITS, FORMATS_OF_TASK, LAYOUTS, linesOf, outputsOf, type AdapterForm, type Channels } from './adapter-form.js';

/** What a file says of itself, as models that were trained here do (docs/engine.md); null for what is no ONNX file. */
export function factsOf(file: Blob): Promise<Readonly<Record<string, string>> | null> {
  return readOnnxMetadata(file.size, async ({ start, end }) => new Uint8Array(await file.slice(start, end).arrayBuffer()));
}

/** Fields that have a place of their own in the adapter; the others are the decoder's. */
const PLACED: ReadonlySet<string> = new Set(['task_type', 'output_format', 'multi_label', 'class_names', 'class_ids', 'input_size', 'preprocessing', 'snapshot_sha256', 'model', 'epoch']);

/** The form with everything that the file says in it. */
export function filledFrom(facts: Readonly<Record<string, string>>, form: AdapterForm, dataset: Dataset): AdapterForm {
  const extra = Object.entries(facts).filter(([name]) => !PLACED.has(name));
  const format = pick<AdapterForm['format']>(FORMATS_OF_TASK[dataset.task_type], facts['output_format']);
  return { ...form, ...(format && { format }), ...namesOf(facts, dataset), ...sizeOf(facts), ...preprocessingOf(facts), extra: extra.length === 0 ? undefined : Object.fromEntries(extra) };
}

function namesOf(facts: Readonly<Record<string, string>>, dataset: Dataset): Pick<AdapterForm, 'outputs'> | undefined {
  const names = jsonOf(facts['class_names'] ?? facts['names']);
  const listed = Array.isArray(names) ? names.filter((one) => typeof one === 'string') : [];
  return listed.length === 0 ? undefined : { outputs: outputsOf(linesOf(listed.join('\n')), dataset) };
}

function sizeOf(facts: Readonly<Record<string, string>>): Pick<AdapterForm, 'width' | 'height'> | undefined {
  const size = jsonOf(facts['input_size']);
  const [width, height] = Array.isArray(size) ? (size as unknown[]) : [];
  return typeof width === 'number' && typeof height === 'number' ? { width, height } : undefined;
}

function preprocessingOf(facts: Readonly<Record<string, string>>): Partial<AdapterForm> | undefined {
  const said = jsonOf(facts['preprocessing']);
  if (typeof said !== 'object' || said === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(said));
  const [mean, deviation, scale] = [channelsOf(fields.get('mean')), channelsOf(fields.get('deviation')), fields.get('scale')];
  if (mean === null || deviation === null || typeof scale !== 'number') return undefined;
  const [layout, colour, fit] = [pick(LAYOUTS, fields.get('layout')), pick(COLOURS, fields.get('colour')), pick(FITS, fields.get('fit'))];
  return { scale, mean, deviation, ...(layout && { layout }), ...(colour && { colour }), ...(fit && { fit }) };
}

const pick = <T extends string>(values: readonly T[], value: unknown): T | undefined => values.find((one) => one === value);

function channelsOf(value: unknown): Channels | null {
  if (typeof value === 'number') return [value, value, value];
  const [red, green, blue] = Array.isArray(value) ? (value as unknown[]) : [];
  return typeof red === 'number' && typeof green === 'number' && typeof blue === 'number' ? [red, green, blue] : null;
}

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
