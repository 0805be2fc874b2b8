import type { RevisionView } from '../../../application/queries/list-history/list-history.query.js';
import type { HistoryResponse } from './annotation.schemas.js';

export function historyItem(view: RevisionView): HistoryResponse['items'][number] {
  const { revision, at, actor, actorName, kind, reason, changes, status, noObject } = view;
  return {
    ...{ revision, at: at.toISOString(), by: actor === null ? null : { id: actor, name: actorName }, kind, reason },
    changes: changes.map((one) => ({ ...one })),
    status: status === null ? null : { before: status[0], after: status[1] },
    no_object: noObject === null ? null : { before: noObject[0], after: noObject[1] },
  };
}
