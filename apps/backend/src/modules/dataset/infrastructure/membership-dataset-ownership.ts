import { Injectable } from '@nestjs/common';
import { Memberships } from '../../identity/index.js';
import { DatasetOwnership } from '../application/ports/dataset-ownership.port.js';

@Injectable()
export class MembershipDatasetOwnership extends DatasetOwnership {
  constructor(private readonly memberships: Memberships) {
    super();
  }

  async grantOwner(datasetId: string, userId: string): Promise<void> {
    await this.memberships.grant(datasetId, userId, 'owner');
  }
}
