import type { Dataset, ModelAdapter, TaskType } from '../../../api/types.js';

type Preprocessing = ModelAdapter['preprocessing'];
/** In the order of the model's colours. */
export type Channels = readonly [number, number, number];

/** What an output that stands for no class of the dataset says is left out. */
export const NOTHING = 'nothing';

/** One output of the model in its order, and the class of the dataset that it stands for; null: nobody said yet. */
export interface OutputRow {
  readonly name: string;
  readonly classId: number | typeof NOTHING | null;
}

/** What somebody says of a model from elsewhere. */
export interface AdapterForm {
  readonly format: ModelAdapter['output_format'];
  readonly outputs: readonly OutputRow[];
  readonly width: number;
  readonly height: number;
  readonly layout: Preprocessing['layout'];
  readonly colour: Preprocessing['colour'];
  readonly fit: Preprocessing['fit'];
  readonly scale: number;
  readonly mean: Channels;
  readonly deviation: Channels;
  /** What the file says beyond, for the decoder of its format. */
  readonly extra: Readonly<Record<string, string>> | undefined;
}

type DatasetFacts = Pick<Dataset, 'task_type' | 'multi_label' | 'classes'>;

/** That of models from elsewhere first. */
export const FORMATS_OF_TASK = {
  image_classification: ['classification/1'],
  object_detection: ['boxes/1', 'centers/1'],
  semantic_segmentation: ['semantic/1'],
  instance_segmentation: ['instance/1'],
  pose_estimation: ['keypoints/1'],
} as const satisfies Record<TaskType, readonly [ModelAdapter['output_format'], ...ModelAdapter['output_format'][]]>;

export const LAYOUTS = ['NCHW', 'NHWC'] as const satisfies readonly Preprocessing['layout'][];
export const COLOURS = ['RGB', 'BGR'] as const satisfies readonly Preprocessing['colour'][];
export const FITS = ['contain, black', 'contain, black, top-left', 'stretch'] as const satisfies readonly Preprocessing['fit'][];

type Numbers = Pick<AdapterForm, 'scale' | 'mean' | 'deviation'>;
const BYTE = 1 / 255;
const same = (value: number): Channels => [value, value, value];

/** A pixel becomes (value * scale - mean) / deviation; here in the order red, green, blue. Mean and deviation of ImageNet as torchvision's models want them. */
export const PRESETS = {
  imagenet: { scale: BYTE, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  unit: { scale: BYTE, mean: same(0), deviation: same(1) },
  symmetric: { scale: BYTE, mean: same(0.5), deviation: same(0.5) },
  platform: { scale: BYTE, mean: same(0.5), deviation: same(0.25) },
  bytes: { scale: 1, mean: same(0), deviation: same(1) },
} as const satisfies Record<string, Numbers>;
export type Preset = keyof typeof PRESETS;
export const PRESET_NAMES = ['imagenet', 'unit', 'symmetric', 'platform', 'bytes'] as const satisfies readonly Preset[];

const inOrder = (channels: Channels, colour: AdapterForm['colour']): Channels => (colour === 'RGB' ? channels : [channels[2], channels[1], channels[0]]);

/** The numbers of a preset, in the order of the colours. */
export function presetNumbers(preset: Preset, colour: AdapterForm['colour']): Numbers {
  const { scale, mean, deviation } = PRESETS[preset];
  return { scale, mean: inOrder(mean, colour), deviation: inOrder(deviation, colour) };
}

/** Null: numbers of one's own. */
export const presetOf = ({ colour, scale, mean, deviation }: Numbers & Pick<AdapterForm, 'colour'>): Preset | null =>
  PRESET_NAMES.find((name) => {
    const usual = presetNumbers(name, colour);
    return isNear(usual.scale, scale) && usual.mean.every((one, at) => isNear(one, mean[at])) && usual.deviation.every((one, at) => isNear(one, deviation[at]));
  }) ?? null;

/** With its colours in another order; each colour keeps its numbers. */
export const recoloured = (form: Pick<AdapterForm, 'colour' | 'mean' | 'deviation'>, colour: AdapterForm['colour']): Pick<AdapterForm, 'colour' | 'mean' | 'deviation'> =>
  form.colour === colour ? form : { colour, mean: inOrder(form.mean, 'BGR'), deviation: inOrder(form.deviation, 'BGR') };

const isNear = (left: number, right: number | undefined): boolean => right !== undefined && Math.abs(left - right) < 1e-6;

const USUAL_SIDE = 224;

/** The classes of the dataset in their order, and what torchvision's models want. */
export function emptyForm(dataset: DatasetFacts): AdapterForm {
  const outputs = dataset.classes.map(({ id, name }) => ({ name, classId: id }));
  const [format] = FORMATS_OF_TASK[dataset.task_type];
  return { format, outputs, width: USUAL_SIDE, height: USUAL_SIDE, layout: 'NCHW', colour: 'RGB', fit: 'contain, black', ...PRESETS.imagenet, extra: undefined };
}

/** A line each. Names that the dataset has, whatever their case, are its classes; the others wait for a choice. */
export function outputsOf(names: readonly string[], dataset: DatasetFacts): OutputRow[] {
  const known = new Map(dataset.classes.map((one) => [keyOf(one.name), one.id]));
  const taken = new Set<number>();
  return names.map((name) => {
    const found = known.get(keyOf(name)) ?? null;
    const classId = found === null || taken.has(found) ? null : found;
    if (classId !== null) taken.add(classId);
    return { name, classId };
  });
}

const keyOf = (name: string): string => name.trim().normalize('NFC').toLowerCase();
export const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

export type FormFault = 'no-output' | 'unmapped' | 'twice' | 'size' | 'deviation' | 'number';
const LARGEST_SIDE = 2_048;

/** What the page can tell before anything is sent. */
export function faultsOf(form: AdapterForm): ReadonlySet<FormFault> {
  const faults = new Set<FormFault>();
  const ids = form.outputs.flatMap(({ classId }) => (typeof classId === 'number' ? classId : []));
  if (form.outputs.every((one) => one.classId === NOTHING)) faults.add('no-output');
  if (form.outputs.some((one) => one.classId === null)) faults.add('unmapped');
  if (new Set(ids).size < ids.length) faults.add('twice');
  if (![form.width, form.height].every((side) => Number.isInteger(side) && side >= 1 && side <= LARGEST_SIDE)) faults.add('size');
  if (form.deviation.some((one) => one === 0)) faults.add('deviation');
  if (![form.scale, ...form.mean, ...form.deviation].every(Number.isFinite)) faults.add('number');
  return faults;
}

export function adapterOf(form: AdapterForm, dataset: DatasetFacts): ModelAdapter {
  const { format, layout, colour, fit, scale, mean, deviation } = form;
  return {
    output_format: format,
    task_type: dataset.task_type,
    multi_label: dataset.multi_label,
    classes: form.outputs.flatMap(({ name, classId }) => (classId === null ? [] : [{ id: classId === NOTHING ? null : classId, name }])),
    input_size: [form.width, form.height],
    preprocessing: { layout, colour, fit, scale, mean: [...mean], deviation: [...deviation] },
    ...(form.extra === undefined ? {} : { extra: { ...form.extra } }),
  };
}
