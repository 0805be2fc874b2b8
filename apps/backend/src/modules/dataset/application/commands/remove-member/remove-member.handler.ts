import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { assertOwnerRemains } from '../../../domain/membership-rules.js';
import { DatasetReader } from '../../dataset-reader.js';
import { DatasetMembers } from '../../ports/dataset-members.port.js';
import { RemoveMemberCommand } from './remove-member.command.js';

@CommandHandler(RemoveMemberCommand)
export class RemoveMemberHandler implements ICommandHandler<RemoveMemberCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reader: DatasetReader,
    private readonly members: DatasetMembers,
  ) {}

  async execute({ principal, datasetId, userId }: RemoveMemberCommand): Promise<void> {
    await this.unitOfWork.run(async () => {
      const owners = await this.members.lockOwners(datasetId);
      // Whoever is a member may leave.
      await this.reader.require(principal, datasetId, { action: userId === principal.userId ? 'read' : 'own' });
      assertOwnerRemains(owners, { userId, becomes: null });
      const revoked = await this.members.revoke(datasetId, userId, principal.userId);
      if (!revoked) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
    });
  }
}
