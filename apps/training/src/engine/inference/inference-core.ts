import { readFile } from 'node:fs/promises';
import type { PredictedObject } from '@app/contracts';
import { DomainError } from '@app/kernel';
import type { FromChild, LookMessage, OpenMessage, ToChild } from './inference-messages.js';
import { ModelMeasure } from './model-measure.js';
import { Predictor } from './predictor.js';

/** What a message has room for, and an image prediction at most. */
const MOST_OBJECTS = 1_000;
const MOST_CHARACTERS = 300;

/** What the process that uses a model does, without the process: one message after the other. */
export class InferenceCore {
  private predictor: Predictor | null = null;
  private measure: ModelMeasure | null = null;

  /** Never throws: what goes wrong is an answer, too. Null: there is none. */
  async answer(message: ToChild): Promise<FromChild | null> {
    try {
      switch (message.kind) {
        case 'open':
          return await this.open(message);
        case 'look':
          return await this.look(message);
        case 'measure':
          return this.measure === null ? failed(new DomainError('validation-failed', 'Nothing is measured.')) : { kind: 'measured', result: this.measure.result() };
        case 'stop':
          return null;
      }
    } catch (error) {
      return failed(error);
    }
  }

  async close(): Promise<void> {
    await this.predictor?.close();
    this.predictor = null;
  }

  private async open({ modelPath, adapter, threads, measures }: OpenMessage): Promise<FromChild> {
    await this.close();
    this.measure = measures ? ModelMeasure.for(adapter) : null;
    this.predictor = await Predictor.open(await readFile(modelPath), adapter, threads);
    return { kind: 'opened' };
  }

  private async look({ id, imageId, path, minScore, truth }: LookMessage): Promise<FromChild> {
    if (this.predictor === null) throw new DomainError('validation-failed', 'No model is open.');
    const bytes = await readFile(path);
    try {
      const prediction = await this.predictor.predict(bytes);
      this.measure?.add(imageId, truth ?? [], prediction);
      const objects = prediction.objects.filter((one: PredictedObject) => one.score >= minScore).slice(0, MOST_OBJECTS);
      return { kind: 'seen', id, width: prediction.width, height: prediction.height, objects, uncertainty: prediction.uncertainty };
    } catch (error) {
      return { kind: 'refused', id, reason: sentence(error) };
    }
  }
}

function failed(error: unknown): FromChild {
  return error instanceof DomainError ? { kind: 'failed', code: error.code, detail: error.detail.slice(0, MOST_CHARACTERS) } : { kind: 'failed', code: 'engine-error', detail: sentence(error) };
}

function sentence(error: unknown): string {
  return (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)).slice(0, MOST_CHARACTERS);
}
