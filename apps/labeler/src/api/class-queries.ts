import { queryOptions } from '@tanstack/react-query';
import { http, send } from './http.js';
import { randomId } from './random-id.js';
import type { ClassList, Member, Role, SplitPlan, SplitRule, Splits } from './types.js';

const dataset = (id: string): string => `datasets/${encodeURIComponent(id)}`;

export const classesQuery = (datasetId: string) => queryOptions({ queryKey: ['dataset', datasetId, 'classes'], queryFn: ({ signal }) => http.get<ClassList>(`${dataset(datasetId)}/classes`, { signal }) });

export interface ClassFields {
  readonly name?: string;
  readonly color?: string;
  readonly keypoints?: readonly string[] | null;
  readonly skeleton?: readonly (readonly [number, number])[] | null;
}

export type ClassChange =
  | { readonly kind: 'add'; readonly fields: ClassFields }
  | { readonly kind: 'edit'; readonly id: number; readonly fields: ClassFields }
  | { readonly kind: 'order'; readonly ids: readonly number[] }
  | { readonly kind: 'merge'; readonly id: number; readonly into: number }
  | { readonly kind: 'remove'; readonly id: number };

/** A change of the classes as they were in this revision; gives them as they are afterwards. Throws `version-conflict` when somebody was faster. */
export async function changeClasses(datasetId: string, revision: number, change: ClassChange): Promise<ClassList> {
  const { method, path, body } = requestOf(change);
  const response = await send(method, `${dataset(datasetId)}/classes${path}`, { body, headers: { 'if-match': `"${revision}"`, 'idempotency-key': randomId() } });
  return (await response.json()) as ClassList;
}

interface ClassRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

function requestOf(change: ClassChange): ClassRequest {
  switch (change.kind) {
    case 'add':
      return { method: 'POST', path: '', body: change.fields };
    case 'edit':
      return { method: 'PATCH', path: `/${change.id}`, body: change.fields };
    case 'order':
      return { method: 'PUT', path: '/order', body: { class_ids: change.ids } };
    case 'merge':
      return { method: 'POST', path: `/${change.id}/merge`, body: { into: change.into } };
    case 'remove':
      return { method: 'DELETE', path: `/${change.id}` };
  }
}

export const addMember = (datasetId: string, email: string, role: Role): Promise<Member> => http.postOnce<Member>(`${dataset(datasetId)}/members`, { email, role });
export const changeMember = (datasetId: string, userId: string, role: Role): Promise<Member> => http.patch<Member>(`${dataset(datasetId)}/members/${userId}`, { role });
export const removeMember = (datasetId: string, userId: string): Promise<void> => http.delete(`${dataset(datasetId)}/members/${userId}`);

export const splitsQuery = (datasetId: string) => queryOptions({ queryKey: ['dataset', datasetId, 'splits'], queryFn: ({ signal }) => http.get<Splits>(`${dataset(datasetId)}/splits`, { signal }) });
export const previewSplits = (datasetId: string, rule: SplitRule): Promise<SplitPlan> => http.post<SplitPlan>(`${dataset(datasetId)}/splits/preview`, rule);

/** Throws `version-conflict` when rule or sides were changed since this revision. */
export async function applySplits(datasetId: string, revision: number, rule: SplitRule): Promise<SplitPlan> {
  const response = await send('PUT', `${dataset(datasetId)}/splits`, { body: rule, headers: { 'if-match': `"${revision}"`, 'idempotency-key': randomId() } });
  return (await response.json()) as SplitPlan;
}
