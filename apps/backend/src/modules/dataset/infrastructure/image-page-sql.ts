import type { ImageFilter } from '../application/ports/image-list.port.js';

export const IMAGE_VIEW_COLUMNS = `i.number, i.file_name as "fileName", i.original_name as "originalName", i.width, i.height, i.format, i.split, i.status, i.state, i.revision, i.no_object as "noObject",
  i.object_count as "objectCount", i.class_ids as "classIds", i.assignee, i.size_bytes::float8 as "sizeBytes", encode(i.sha256, 'hex') as sha256, i.labeled_by as "labeledBy", i.labeled_at as "labeledAt",
  i.added_at as "addedAt", i.object_key as "objectKey", i.thumbnail_at as "thumbnailAt"`;

export interface ImagePageRequest {
  readonly datasetId: string;
  readonly filter: ImageFilter;
  readonly after: number;
  /** Numbers beyond are not looked at; null: all. */
  readonly upTo: number | null;
  /** Against the order of the numbers: the nearest below `after` first. */
  readonly backward?: boolean;
  readonly limit: number;
}

/**
 * One page. Conditions are in the text only where they are asked for, so that each list is planned for its own index. `offset 0` keeps the planner
 * from turning a class's images around: it would look at every image of the dataset for a class that few show.
 */
export function imagePageSql({ datasetId, filter, after, upTo, limit, backward = false }: ImagePageRequest): { readonly text: string; readonly parameters: readonly unknown[] } {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const dataset = bind(datasetId);
  const [from, to] = [bind(after), upTo === null ? null : bind(upTo)];
  const [beyond, upToAndWith, order] = backward ? ['<', '>=', ' desc'] : ['>', '<=', ''];
  const within = (column: string): string => `${column} ${beyond} ${from}${to === null ? '' : ` and ${column} ${upToAndWith} ${to}`}`;
  const conditions = ['i.removed_seq is null', ...conditionsOf(filter, bind)].join(' and ');
  if (filter.classId === undefined) {
    return { text: `select ${IMAGE_VIEW_COLUMNS} from dataset_images i where i.dataset_id = ${dataset} and ${within('i.number')} and ${conditions} order by i.number${order} limit ${bind(limit)}`, parameters };
  }
  const text = `select ${IMAGE_VIEW_COLUMNS}
    from (select number from dataset_image_classes where dataset_id = ${dataset} and class_id = ${bind(filter.classId)} and ${within('number')} order by number${order} offset 0) s
    cross join lateral (select * from dataset_images i where i.dataset_id = ${dataset} and i.number = s.number and ${conditions} offset 0) i
    order by s.number${order} limit ${bind(limit)}`;
  return { text, parameters };
}

export interface HardestRequest {
  readonly datasetId: string;
  readonly filter: ImageFilter;
  readonly after: { readonly uncertainty: number; readonly number: number } | null;
  readonly limit: number;
}

/** The hardest first, by the index of what models said (`image_proposals`, of the Model module); equally hard ones by their number. */
export function hardestPageSql({ datasetId, filter, after, limit }: HardestRequest): { readonly text: string; readonly parameters: readonly unknown[] } {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const dataset = bind(datasetId);
  const { classId, ...rest } = filter;
  const conditions = ['i.removed_seq is null', ...conditionsOf(rest, bind)];
  if (classId !== undefined) conditions.push(`i.class_ids @> array[${bind(classId)}::int]`);
  const [uncertainty, number] = after === null ? [null, null] : [bind(after.uncertainty), bind(after.number)];
  const behind = uncertainty === null ? '' : `and (p.uncertainty < ${uncertainty}::real or (p.uncertainty = ${uncertainty}::real and p.number > ${number}))`;
  const text = `select ${IMAGE_VIEW_COLUMNS}, p.uncertainty from image_proposals p join dataset_images i on i.dataset_id = p.dataset_id and i.number = p.number
    where p.dataset_id = ${dataset} ${behind} and ${conditions.join(' and ')} order by p.uncertainty desc, p.number limit ${bind(limit)}`;
  return { text, parameters };
}

function conditionsOf(filter: ImageFilter, bind: (value: unknown) => string): string[] {
  const conditions: string[] = [];
  if (filter.split !== undefined) conditions.push(filter.split === 'unassigned' ? 'i.split is null' : `i.split = ${bind(filter.split)}`);
  if (filter.status !== undefined) conditions.push(`i.status = ${bind(filter.status)}`);
  if (filter.state !== undefined) conditions.push(filter.state === 'broken' ? `i.state = 'broken'` : `i.state = 'ready'`);
  if (filter.assignee !== undefined) conditions.push(`i.assignee = ${bind(filter.assignee)}`);
  if (filter.labeledBy !== undefined) conditions.push(`i.labeled_by = ${bind(filter.labeledBy)}`);
  if (filter.hasSuggestion !== undefined) {
    conditions.push(`${filter.hasSuggestion ? '' : 'not '}exists (select 1 from image_proposals o where o.dataset_id = i.dataset_id and o.number = i.number and o.open > 0)`);
  }
  if (filter.q !== undefined) conditions.push(`position(lower(${bind(filter.q)}) in lower(i.file_name)) > 0`);
  return conditions;
}
