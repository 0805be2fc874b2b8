import type { ImageFilter } from '../application/ports/image-list.port.js';

export const IMAGE_VIEW_COLUMNS = `i.number, i.file_name as "fileName", i.original_name as "originalName", i.width, i.height, i.format, i.split, i.status, i.state, i.revision, i.no_object as "noObject",
  i.object_count as "objectCount", i.class_ids as "classIds", i.assignee, i.size_bytes::float8 as "sizeBytes", encode(i.sha256, 'hex') as sha256, i.labeled_by as "labeledBy", i.labeled_at as "labeledAt",
  i.added_at as "addedAt", i.object_key as "objectKey", i.thumbnail_at as "thumbnailAt"`;

export interface ImagePageRequest {
  readonly datasetId: string;
  readonly filter: ImageFilter;
  readonly after: number;
  /** Numbers above are not looked at; null: all. */
  readonly upTo: number | null;
  readonly limit: number;
}

/** One page. Conditions are in the text only where they are asked for, so that each list is planned for its own index. */
export function imagePageSql({ datasetId, filter, after, upTo, limit }: ImagePageRequest): { readonly text: string; readonly parameters: readonly unknown[] } {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const dataset = bind(datasetId);
  const number = filter.classId === undefined ? 'i.number' : 's.number';
  const conditions = [`i.dataset_id = ${dataset}`, 'i.removed_seq is null', `${number} > ${bind(after)}`];
  if (upTo !== null) conditions.push(`${number} <= ${bind(upTo)}`);
  let from = 'dataset_images i';
  if (filter.classId !== undefined) {
    from = 'dataset_image_classes s join dataset_images i on i.dataset_id = s.dataset_id and i.number = s.number';
    conditions.push(`s.dataset_id = ${dataset}`, `s.class_id = ${bind(filter.classId)}`);
  }
  if (filter.split !== undefined) conditions.push(filter.split === 'unassigned' ? 'i.split is null' : `i.split = ${bind(filter.split)}`);
  if (filter.status !== undefined) conditions.push(`i.status = ${bind(filter.status)}`);
  if (filter.state !== undefined) conditions.push(filter.state === 'broken' ? `i.state = 'broken'` : `i.state = 'ready'`);
  if (filter.assignee !== undefined) conditions.push(`i.assignee = ${bind(filter.assignee)}`);
  if (filter.q !== undefined) conditions.push(`position(lower(${bind(filter.q)}) in lower(i.file_name)) > 0`);
  return { text: `select ${IMAGE_VIEW_COLUMNS} from ${from} where ${conditions.join(' and ')} order by ${number} limit ${bind(limit)}`, parameters };
}
