import { modelAdapterSchema, OUTPUT_FORMATS, TASK_OF_FORMAT, type ModelAdapter, type OutputFormat } from '@app/contracts';

type Metadata = Readonly<Record<string, string>>;

/** Fields of the metadata that the adapter has by name; the others are the decoder's. */
const KNOWN: ReadonlySet<string> = new Set(['task_type', 'output_format', 'multi_label', 'class_names', 'class_ids', 'input_size', 'preprocessing', 'snapshot_sha256', 'model', 'epoch']);

/** How a model that was trained here is used, by what its file says; null where it does not say enough. */
export function adapterOf(metadata: Metadata): ModelAdapter | null {
  const [names, ids] = [jsonOf(metadata['class_names']), jsonOf(metadata['class_ids'])];
  if (!Array.isArray(names) || !Array.isArray(ids) || names.length !== ids.length) return null;
  const parsed = modelAdapterSchema.safeParse({
    output_format: metadata['output_format'] ?? formatOf(metadata['task_type']),
    task_type: metadata['task_type'],
    multi_label: metadata['multi_label'] === 'true',
    classes: ids.map((id: unknown, index) => ({ id, name: names[index] as unknown })),
    input_size: jsonOf(metadata['input_size']),
    preprocessing: jsonOf(metadata['preprocessing']),
    ...extraOf(metadata),
  });
  return parsed.success ? parsed.data : null;
}

/** Files from before formats had names. */
function formatOf(taskType: string | undefined): OutputFormat | undefined {
  return taskType === 'image_classification' ? OUTPUT_FORMATS.find((format) => TASK_OF_FORMAT[format] === taskType) : undefined;
}

function extraOf(metadata: Metadata): { extra?: Record<string, string> } {
  const extra = Object.entries(metadata).filter(([name]) => !KNOWN.has(name));
  return extra.length === 0 ? {} : { extra: Object.fromEntries(extra) };
}

function jsonOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
