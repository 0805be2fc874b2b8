import { DomainError } from '@app/kernel';
import type { Principal, Scope } from './principal.js';

export const DATASET_ROLES = ['viewer', 'annotator', 'reviewer', 'admin', 'owner'] as const;
export type DatasetRole = (typeof DATASET_ROLES)[number];

/** What can be done to a dataset and what hangs on it; the table of roles is design/api.md's. */
export type DatasetAction = 'read' | 'label' | 'review' | 'manage' | 'train' | 'own';

/** What the policy must know of a dataset. `role` is the principal's own, null when not a member. */
export interface DatasetResource {
  readonly visibility: 'private' | 'public';
  readonly role: DatasetRole | null;
}

const LEAST_ROLE: Record<DatasetAction, DatasetRole> = {
  read: 'viewer',
  label: 'annotator',
  review: 'reviewer',
  manage: 'admin',
  train: 'admin',
  own: 'owner',
};

const SCOPE_OF: Record<DatasetAction, Scope> = { read: 'read', label: 'label', review: 'label', manage: 'label', train: 'train', own: 'label' };

/** The one place that decides on access. Pure: facts in, verdict out; every module asks here and nowhere else. */
export class AccessPolicy {
  /** Throws `not-found` where the dataset must not be seen to exist, `forbidden` or `insufficient-scope` where it may be seen. */
  static assertDataset(principal: Principal, action: DatasetAction, resource: DatasetResource | null): asserts resource is DatasetResource {
    if (resource === null || !AccessPolicy.maySee(principal, resource)) throw notFound();
    const scope = SCOPE_OF[action];
    if (!principal.scopes.includes(scope)) throw insufficientScope(scope);
    if (!AccessPolicy.mayDo(principal, action, resource)) {
      throw new DomainError('forbidden', 'Your role in this dataset does not allow this. Ask an owner of the dataset for a higher role.');
    }
  }

  /** The same question, for what is only a part of a request. */
  static mayDataset(principal: Principal, action: DatasetAction, resource: DatasetResource): boolean {
    return AccessPolicy.maySee(principal, resource) && principal.scopes.includes(SCOPE_OF[action]) && AccessPolicy.mayDo(principal, action, resource);
  }

  /** For routes that need a scope but no dataset. */
  static assertScope(principal: Principal, scope: Scope): void {
    if (!principal.scopes.includes(scope)) throw insufficientScope(scope);
  }

  /** For routes of the installation's administrator. */
  static assertAdministrator(principal: Principal): void {
    if (!principal.isAdmin) throw new DomainError('forbidden', 'Only an administrator of this installation may do this.');
    AccessPolicy.assertScope(principal, 'admin');
  }

  private static maySee(principal: Principal, resource: DatasetResource): boolean {
    return principal.isAdmin || resource.role !== null || resource.visibility === 'public';
  }

  private static mayDo(principal: Principal, action: DatasetAction, resource: DatasetResource): boolean {
    if (principal.isAdmin) return true;
    if (resource.role === null) return action === 'read' && resource.visibility === 'public';
    return DATASET_ROLES.indexOf(resource.role) >= DATASET_ROLES.indexOf(LEAST_ROLE[action]);
  }
}

function notFound(): DomainError {
  return new DomainError('not-found', 'There is no such resource, or you may not see it.');
}

function insufficientScope(scope: Scope): DomainError {
  return new DomainError('insufficient-scope', `This API key lacks the scope "${scope}". Create a key that has it.`);
}
