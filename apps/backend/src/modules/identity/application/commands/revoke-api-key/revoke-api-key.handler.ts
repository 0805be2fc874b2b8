import { DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiKeys } from '../../ports/credentials.port.js';
import { RevokeApiKeyCommand } from './revoke-api-key.command.js';

@CommandHandler(RevokeApiKeyCommand)
export class RevokeApiKeyHandler implements ICommandHandler<RevokeApiKeyCommand> {
  constructor(private readonly keys: ApiKeys) {}

  async execute({ principal, id }: RevokeApiKeyCommand): Promise<void> {
    const ownOnly = principal.credential === 'session' || principal.apiKeyId === id;
    if (!ownOnly) throw new DomainError('forbidden', 'An API key can revoke itself only. Log in to revoke others.');
    if (!(await this.keys.revoke(principal.userId, id))) throw new DomainError('not-found', 'There is no such resource, or you may not see it.');
  }
}
