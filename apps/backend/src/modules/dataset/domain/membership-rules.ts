import { DomainError } from '@app/kernel';

/** A dataset has an owner as long as it is there. Throws `state-conflict` where the change would take the last one away. */
export function assertOwnerRemains(owners: readonly string[], change: { readonly userId: string; readonly becomes: string | null }): void {
  const isLast = owners.length === 1 && owners[0] === change.userId;
  if (isLast && change.becomes !== 'owner') throw new DomainError('state-conflict', 'This is the only owner of the dataset. Make somebody else an owner first.');
}
