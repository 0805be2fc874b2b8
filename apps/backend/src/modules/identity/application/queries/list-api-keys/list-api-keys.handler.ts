import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { ApiKey } from '../../../domain/user.js';
import { ApiKeys } from '../../ports/credentials.port.js';
import { ListApiKeysQuery } from './list-api-keys.query.js';

@QueryHandler(ListApiKeysQuery)
export class ListApiKeysHandler implements IQueryHandler<ListApiKeysQuery> {
  constructor(private readonly keys: ApiKeys) {}

  async execute({ principal }: ListApiKeysQuery): Promise<readonly ApiKey[]> {
    return this.keys.list(principal.userId);
  }
}
