import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../../../../../platform/database/unit-of-work.js';
import { assertOwnerRemains } from '../../../domain/membership-rules.js';
import { DatasetReader } from '../../dataset-reader.js';
import { DatasetMembers, type DatasetMember } from '../../ports/dataset-members.port.js';
import { SetMemberCommand } from './set-member.command.js';

@CommandHandler(SetMemberCommand)
export class SetMemberHandler implements ICommandHandler<SetMemberCommand> {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly reader: DatasetReader,
    private readonly members: DatasetMembers,
  ) {}

  async execute({ principal, datasetId, who, role }: SetMemberCommand): Promise<DatasetMember> {
    return this.unitOfWork.run(async () => {
      // The owners first: what the policy reads then is what the change before this one left.
      const owners = await this.members.lockOwners(datasetId);
      await this.reader.require(principal, datasetId, { action: 'own' });
      const userId = await this.userOf(datasetId, who);
      assertOwnerRemains(owners, { userId, becomes: role });
      await this.members.grant(datasetId, userId, { role, by: principal.userId });
      const member = (await this.members.list(datasetId)).find((one) => one.userId === userId);
      if (member === undefined) throw new Error('a member who was just granted is listed');
      return member;
    });
  }

  private async userOf(datasetId: string, who: SetMemberCommand['who']): Promise<string> {
    if ('userId' in who) {
      const members = await this.members.list(datasetId);
      if (!members.some((one) => one.userId === who.userId)) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
      return who.userId;
    }
    const found = await this.members.findUser(who.email);
    if (found !== null) return found;
    throw new DomainError('validation-failed', 'There is no user with this e-mail address.', {
      findings: [{ code: 'not-found', pointer: '/email', message: 'No enabled user has this e-mail address.', hint: 'Users are made by the administrator of this installation.' }],
    });
  }
}
