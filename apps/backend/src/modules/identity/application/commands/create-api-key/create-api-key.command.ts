import { Command } from '@nestjs/cqrs';
import type { Principal, Scope } from '../../../../../platform/auth/principal.js';
import type { ApiKey } from '../../../domain/user.js';

export class CreateApiKeyCommand extends Command<{ readonly key: string; readonly apiKey: ApiKey }> {
  constructor(
    readonly principal: Principal,
    readonly input: { readonly name: string; readonly scopes: readonly Scope[]; readonly expiresAt: Date | null },
  ) {
    super();
  }
}
