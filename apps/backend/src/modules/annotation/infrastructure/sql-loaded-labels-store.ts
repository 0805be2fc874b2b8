import { IGNORE_CLASS } from '@app/dice-format';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { DATASET_TABLE, IMAGE_TABLE } from '../../dataset/index.js';
import type { LoadedLabels } from '../application/ports/label-source.port.js';
import { LoadedLabelsStore } from '../application/ports/loaded-labels.port.js';

/** Revision 1 is what the image came with: nobody has edited it while this runs, so nothing is added to the sequence of changes. */
const PUT = `
  update ${IMAGE_TABLE} i set objects = g.objects::jsonb, no_object = g.no_object, status = g.status, next_object_number = g.next_number, class_ids = g.class_ids::int[],
    object_count = g.object_count, labels_digest = decode(g.digest, 'hex')
  from ${DATASET_TABLE} d, unnest($2::int[], $3::text[], $4::boolean[], $5::text[], $6::int[], $7::text[], $8::int[], $9::text[])
    as g (number, objects, no_object, status, next_number, class_ids, object_count, digest)
  where d.id = $1 and not d.labels_loaded and i.dataset_id = d.id and i.number = g.number and i.revision = 1`;

@Injectable()
export class SqlLoadedLabelsStore extends LoadedLabelsStore {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async put(datasetId: string, batch: readonly LoadedLabels[]): Promise<void> {
    await this.transaction.manager().query(PUT, [
      ...[datasetId, batch.map((one) => one.number), batch.map((one) => JSON.stringify(one.objects)), batch.map((one) => one.noObject), batch.map((one) => one.status)],
      ...[batch.map((one) => one.nextNumber), batch.map((one) => `{${one.classIds.join(',')}}`), batch.map(({ objects }) => objects.filter((one) => one.class_id !== IGNORE_CLASS).length)],
      batch.map((one) => one.digest),
    ]);
  }

  async declareLoaded(datasetId: string): Promise<void> {
    await this.transaction.manager().query(`update ${DATASET_TABLE} set labels_loaded = true where id = $1`, [datasetId]);
  }
}
