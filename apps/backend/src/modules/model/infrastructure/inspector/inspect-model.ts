import { readFile } from 'node:fs/promises';
import type { ModelAdapter } from '@app/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { InspectedMessage } from './inspection-messages.js';
import { outputFindings } from './inspect-outputs.js';

type Findings = InspectedMessage['findings'];

const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4, executionMode: 'sequential' } as const;
/**
 * Loads the file and runs it once, on an image of stripes, as the worker will. From memory and not by its path: a file that refers to others beside it
 * (external data) finds none.
 */
export async function inspectModel(path: string, adapter: ModelAdapter): Promise<Findings> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(await readFile(path), OPTIONS);
  } catch (error) {
    return [{ code: 'not-a-model', message: `It is no ONNX model that can be loaded: ${firstLine(error)}` }];
  }
  try {
    return await tried(session, adapter);
  } catch (error) {
    return [{ code: 'does-not-run', message: `It does not run on an image of ${adapter.input_size.join(' x ')} pixels: ${firstLine(error)}` }];
  } finally {
    await session.release();
  }
}

async function tried(session: InferenceSession, adapter: ModelAdapter): Promise<Findings> {
  const [input, ...others] = session.inputNames;
  if (input === undefined || others.length > 0) return [{ code: 'wrong-inputs', message: `It has ${session.inputNames.length} inputs; one is needed, the images.` }];
  const [width, height] = adapter.input_size;
  const shape = adapter.preprocessing.layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3];
  const results = await session.run({ [input]: new Tensor('float32', Float32Array.from({ length: 3 * width * height }, stripe), shape) });
  return outputFindings(results, adapter);
}

/** From -1 to 1: of an image of nothing many a model says nothing wrong. */
const stripe = (_: unknown, index: number): number => ((index * 7919) % 255) / 127 - 1;

const MOST_CHARACTERS = 200;

function firstLine(error: unknown): string {
  return (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)).slice(0, MOST_CHARACTERS);
}
