import { Injectable } from '@nestjs/common';
import type { DatasetRole } from '../../../platform/auth/access-policy.js';
import { Memberships } from '../../identity/index.js';
import { DatasetMembers, type DatasetMember } from '../application/ports/dataset-members.port.js';

@Injectable()
export class IdentityDatasetMembers extends DatasetMembers {
  constructor(private readonly memberships: Memberships) {
    super();
  }

  async grant(datasetId: string, userId: string, grant: { role: DatasetRole; by: string }): Promise<void> {
    await this.memberships.grant(datasetId, userId, grant);
  }

  async revoke(datasetId: string, userId: string, by: string): Promise<boolean> {
    return this.memberships.revoke(datasetId, userId, by);
  }

  async list(datasetId: string): Promise<readonly DatasetMember[]> {
    return this.memberships.list(datasetId);
  }

  async lockOwners(datasetId: string): Promise<readonly string[]> {
    return this.memberships.lockOwners(datasetId);
  }

  async findUser(email: string): Promise<string | null> {
    return this.memberships.findUser(email);
  }
}
