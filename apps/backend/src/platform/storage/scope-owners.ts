import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Not all of what was is remembered for ever. */
const MOST_OWNERS = 10_000;

/** The dataset that jobs, models and announced models are of. */
const OWNERS = `
  select id::text, dataset_id from training_jobs where id = any($1::uuid[])
  union select id::text, dataset_id from models where id = any($1::uuid[])
  union select id::text, dataset_id from model_uploads where id = any($1::uuid[])`;

/** Whose a key of the store is: `datasets/{id}` names it, `models/{id}` has a job or a model that is of one. An owner stays the same although its row may go. */
@Injectable()
export class ScopeOwners {
  private owners = new Map<string, string>();

  constructor(private readonly dataSource: DataSource) {}

  /** Dataset ids by scope; empty for what is of none. */
  async datasetsOf(scopes: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const unknown = [...new Set(scopes.map(ownerId).filter((id) => id !== null))].filter((id) => !this.owners.has(id));
    if (unknown.length > 0) await this.learn(unknown);
    return new Map(scopes.map((scope) => [scope, this.datasetOf(scope)]));
  }

  private async learn(ids: readonly string[]): Promise<void> {
    const rows: { id: string; dataset_id: string }[] = await this.dataSource.query(OWNERS, [ids]);
    const kept = this.owners.size > MOST_OWNERS ? [] : this.owners;
    this.owners = new Map([...kept, ...ids.map((id) => [id, ''] as const), ...rows.map((row) => [row.id, row.dataset_id] as const)]);
  }

  private datasetOf(scope: string): string {
    const id = ownerId(scope);
    if (id !== null) return this.owners.get(id) ?? '';
    return scope.startsWith('datasets/') ? scope.slice('datasets/'.length) : '';
  }
}

function ownerId(scope: string): string | null {
  const id = scope.startsWith('models/') ? scope.slice('models/'.length) : '';
  return UUID.test(id) ? id : null;
}
