import { validationExampleSchema, type ValidationExample } from '@app/contracts';
import { ObjectNotFound, ObjectStore } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { linesOf } from '../../../platform/storage/lines-of.js';
import type { StoredObject } from '../domain/training-job.aggregate.js';
import { ValidationExamples } from '../application/ports/validation-examples.port.js';

@Injectable()
export class BucketValidationExamples extends ValidationExamples {
  constructor(private readonly store: ObjectStore) {
    super();
  }

  async open({ key }: StoredObject): Promise<AsyncIterable<ValidationExample> | null> {
    try {
      return examplesOf((await this.store.get(key)).body);
    } catch (error) {
      if (error instanceof ObjectNotFound) return null;
      throw error;
    }
  }
}

async function* examplesOf(body: AsyncIterable<Uint8Array>): AsyncIterable<ValidationExample> {
  for await (const line of linesOf(body)) {
    const example = exampleOf(line);
    if (example !== null) yield example;
  }
}

/** A worker wrote it: it is checked like anything from outside. */
function exampleOf(line: string): ValidationExample | null {
  try {
    return validationExampleSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
