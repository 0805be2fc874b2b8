import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../../../../platform/auth/principal.js';
import type { JsonObject } from '../../../domain/label-object.js';
import type { HistoryItem } from '../../ports/annotation-store.port.js';

export type ShownChange = { readonly id: string; readonly before: JsonObject | null; readonly after: JsonObject | null };
/** Null `seq`: the revision that the image came with. */
export type RevisionView = Omit<HistoryItem, 'changes' | 'seq' | 'actor'> & { readonly seq: number | null; readonly actor: string | null; readonly changes: readonly ShownChange[] };

/** What made each revision of one image's labels, newest first. */
export class ListHistoryQuery extends Query<readonly RevisionView[]> {
  constructor(
    readonly principal: Principal,
    readonly image: { readonly datasetId: string; readonly number: number },
    readonly page: { readonly beforeSeq: number | null; readonly limit: number },
  ) {
    super();
  }
}
