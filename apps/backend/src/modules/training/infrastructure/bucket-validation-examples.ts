import { validationExampleSchema, type ValidationExample } from '@app/contracts';
import { ObjectNotFound, ObjectStore, objectKeys } from '@app/object-store';
import { Injectable } from '@nestjs/common';
import { linesOf } from '../../../platform/storage/lines-of.js';
import { ValidationExamples } from '../application/ports/validation-examples.port.js';

@Injectable()
export class BucketValidationExamples extends ValidationExamples {
  constructor(private readonly store: ObjectStore) {
    super();
  }

  async open({ id, attempt }: { id: string; attempt: number }): Promise<AsyncIterable<ValidationExample> | null> {
    // An attempt that had other bytes than one before it put them under a name of its own.
    for (const key of [objectKeys.validationExamples(id, attempt), objectKeys.validationExamples(id)]) {
      try {
        return examplesOf((await this.store.get(key)).body);
      } catch (error) {
        if (!(error instanceof ObjectNotFound)) throw error;
      }
    }
    return null;
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
