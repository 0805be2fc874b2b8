import { snapshotFailedV1 } from '@app/contracts';
import { newId } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { IntegrationEvents } from '../../../platform/messaging/integration-events.js';
import { SnapshotOutcomes } from '../application/ports/snapshot-outcomes.port.js';

@Injectable()
export class OutboxSnapshotOutcomes extends SnapshotOutcomes {
  constructor(private readonly events: IntegrationEvents) {
    super();
  }

  async tellFailed(datasetId: string, jobId: string, detail: string): Promise<void> {
    const snapshotId = newId();
    await this.events.publish({
      definition: snapshotFailedV1,
      subject: snapshotId,
      data: { snapshot_id: snapshotId, dataset_id: datasetId, version: 1, code: 'not-found', detail, waiting_job_ids: [jobId] },
    });
  }
}
