import type { RunFilter } from '../domain/model-run.js';

/** Live images that can be read and that fit; conditions only where they are asked for, so that each is planned for its own index. */
export function imageConditions(datasetId: string, filter: RunFilter, modelId: string): { readonly text: string; readonly parameters: unknown[] } {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const conditions = [`i.dataset_id = ${bind(datasetId)}`, 'i.removed_seq is null', `i.state = 'ready'`, 'i.object_key is not null'];
  if (filter.status !== undefined) conditions.push(`i.status = ${bind(filter.status)}`);
  if (filter.split !== undefined) conditions.push(filter.split === 'unassigned' ? 'i.split is null' : `i.split = ${bind(filter.split)}`);
  if (filter.assignee !== undefined) conditions.push(`i.assignee = ${bind(filter.assignee)}`);
  if (filter.imageIds !== undefined) conditions.push(`i.number = any(${bind([...filter.imageIds])}::int[])`);
  if (filter.onlyNew === true) {
    conditions.push(`not exists (select 1 from image_proposals p join model_runs r on r.id = p.run_id where p.dataset_id = i.dataset_id and p.number = i.number and r.model_id = ${bind(modelId)})`);
  }
  return { text: conditions.join(' and '), parameters };
}
