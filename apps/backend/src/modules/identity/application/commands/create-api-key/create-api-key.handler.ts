import { Clock, DomainError } from '@app/kernel';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ApiKey } from '../../../domain/user.js';
import { ApiKeys } from '../../ports/credentials.port.js';
import { Users } from '../../ports/users.port.js';
import { CreateApiKeyCommand } from './create-api-key.command.js';

/** More would be a leak of a script, not a need. */
const MAX_KEYS_PER_USER = 100;

@CommandHandler(CreateApiKeyCommand)
export class CreateApiKeyHandler implements ICommandHandler<CreateApiKeyCommand> {
  constructor(
    private readonly users: Users,
    private readonly keys: ApiKeys,
    private readonly clock: Clock,
  ) {}

  async execute({ principal, input }: CreateApiKeyCommand): Promise<{ key: string; apiKey: ApiKey }> {
    const user = await this.users.find(principal.userId);
    if (user === null) throw new DomainError('unauthenticated', 'A valid credential is needed.');
    const wider = input.scopes.filter((scope) => !principal.scopes.includes(scope) || (scope === 'admin' && !user.isAdmin));
    if (wider.length > 0) throw new DomainError('insufficient-scope', `You cannot give what you do not have: ${wider.join(', ')}.`);
    // Else a key that expires, or is revoked, would live on in those that it made.
    if (principal.credential !== 'session') throw new DomainError('forbidden', 'An API key cannot make keys. Log in.');
    if (input.expiresAt !== null && input.expiresAt <= this.clock.now()) {
      const message = 'The key would have expired already.';
      throw new DomainError('validation-failed', message, { findings: [{ code: 'out-of-range', pointer: '/expires_at', message }] });
    }
    if ((await this.keys.list(user.id)).length >= MAX_KEYS_PER_USER) throw new DomainError('quota-exceeded', `You have ${MAX_KEYS_PER_USER} keys. Revoke one first.`);
    return this.keys.create({ user, ...input });
  }
}
