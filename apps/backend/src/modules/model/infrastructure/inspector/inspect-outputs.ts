import type { ModelAdapter } from '@app/contracts';
import type { Tensor } from 'onnxruntime-node';
import type { InspectedMessage } from './inspection-messages.js';

type Findings = InspectedMessage['findings'];
type Outputs = Readonly<Record<string, Pick<Tensor, 'data' | 'dims'>>>;

/** What an output of one image must be. */
interface Expected {
  readonly name: string;
  /** What is wrong with its shape, batch first; null: nothing. */
  readonly shapeFault: (dims: readonly number[]) => string | null;
  readonly areProbabilities: boolean;
}

/** What is wrong with what a model says of one image; the outputs of tasks that are not named here are their decoders' to know. */
export function outputFindings(outputs: Outputs, adapter: ModelAdapter): Findings {
  return expectedOf(adapter, outputs).flatMap((expected) => findingsOf(expected, outputs[expected.name], adapter));
}

function expectedOf({ output_format: format, classes }: ModelAdapter, outputs: Outputs): Expected[] {
  switch (format) {
    case 'classification/1': {
      const shapeFault = (dims: readonly number[]): string | null => (countOf(dims) === classes.length ? null : `has ${countOf(dims)} values for an image; ${classes.length} classes are declared`);
      return [{ name: 'probabilities', shapeFault, areProbabilities: true }];
    }
    case 'boxes/1': {
      const boxes = outputs['boxes']?.dims[1];
      const scores = (dims: readonly number[]): string | null => (isShape(dims, [1, boxes, classes.length]) ? null : `has the shape ${dims.join(' x ')}; one image, as many boxes as in "boxes" and ${classes.length} classes are needed`);
      return [
        { name: 'boxes', shapeFault: (dims) => (isShape(dims, [1, boxes, 4]) ? null : `has the shape ${dims.join(' x ')}; one image, any number of boxes and 4 sides of each are needed`), areProbabilities: false },
        { name: 'scores', shapeFault: scores, areProbabilities: true },
      ];
    }
    default:
      return [];
  }
}

const countOf = (dims: readonly number[]): number => dims.reduce((product, one) => product * one, 1);
const isShape = (dims: readonly number[], wanted: readonly (number | undefined)[]): boolean => dims.length === wanted.length && dims.every((one, at) => one === wanted[at]);

function findingsOf({ name, shapeFault, areProbabilities }: Expected, tensor: Outputs[string] | undefined, { output_format: format }: ModelAdapter): Findings {
  if (tensor === undefined) return [{ code: 'missing-output', message: `It has no output "${name}", which ${format} needs.` }];
  const { data, dims } = tensor;
  const wrong = (what: string): Findings => [{ code: 'wrong-output', message: `The output "${name}" ${what}.` }];
  if (!(data instanceof Float32Array)) return wrong('is not of 32-bit floats');
  const fault = shapeFault(dims);
  if (fault !== null) return wrong(fault);
  if (areProbabilities && !data.every((value) => value >= -1e-4 && value <= 1 + 1e-4)) return wrong('has values that are no probabilities: add a softmax or a sigmoid');
  return data.every(Number.isFinite) ? [] : wrong('has values that are no numbers');
}
