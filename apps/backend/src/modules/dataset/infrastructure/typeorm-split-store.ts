import { readSplitConfig } from '@app/dice-format';
import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import type { ImageSplit } from '../application/image-facts.js';
import { SplitStore, type NamedImage, type SideCounts, type SideOfImage, type SplitTally, type StoredSplit } from '../application/ports/split-store.port.js';

interface TallyRow {
  readonly class_id: number | null;
  readonly side: ImageSplit | 'unassigned';
  readonly count: number;
}

@Injectable()
export class TypeormSplitStore extends SplitStore {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async find(datasetId: string): Promise<StoredSplit | null> {
    const rows = await this.query<{ revision: number; config: unknown; classes: StoredSplit['classes'] }>(
      `select splits_revision as revision, split_config as config,
         coalesce((select jsonb_agg(jsonb_build_object('id', class_id, 'name', name) order by position, class_id) from dataset_classes where dataset_id = d.id), '[]') as classes
       from datasets d where id = $1 and deleted_at is null`,
      [datasetId],
    );
    const row = rows[0];
    return row === undefined ? null : { ...row, config: readSplitConfig(row.config) };
  }

  async images(datasetId: string, { after, limit }: { after: number; limit: number }): Promise<readonly NamedImage[]> {
    const rows = await this.query<Omit<NamedImage, 'classIds'> & { readonly classes: string }>(
      `select number as id, encode(sha256, 'hex') as sha256, array_to_string(class_ids, ',') as classes, split, file_name as "fileName", split_group as "storedGroup"
       from dataset_images where dataset_id = $1 and removed_seq is null and number > $2 order by number limit $3`,
      [datasetId, after, limit],
    );
    // Few sets of classes, many images: a list for each image would be the larger part of what a plan holds in memory.
    const lists = new Map<string, readonly number[]>();
    return rows.map(({ classes, ...image }) => ({ ...image, classIds: shared(lists, classes) }));
  }

  async tally(datasetId: string): Promise<SplitTally> {
    const rows = await this.query<TallyRow>(
      `with images as materialized (select coalesce(split, 'unassigned') as side, class_ids from dataset_images where dataset_id = $1 and removed_seq is null)
       select null::int as class_id, side, count(*)::int as count from images group by side
       union all select class_id, side, count(*)::int from images, unnest(class_ids) as class_id group by class_id, side`,
      [datasetId],
    );
    const byClass = new Map<number | null, Record<ImageSplit | 'unassigned', number>>();
    for (const { class_id: classId, side, count } of rows) {
      const counts = byClass.get(classId) ?? { ...NONE };
      counts[side] = count;
      byClass.set(classId, counts);
    }
    const classes = [...byClass].flatMap(([classId, counts]): [number, SideCounts][] => (classId === null ? [] : [[classId, counts]]));
    return { total: byClass.get(null) ?? NONE, byClass: new Map(classes) };
  }

  async setSides(datasetId: string, sides: readonly SideOfImage[]): Promise<void> {
    await this.query(
      `update dataset_images i set split = given.split, split_group = given.split_group
       from unnest($2::int[], $3::text[], $4::text[]) as given (number, split, split_group) where i.dataset_id = $1 and i.number = given.number`,
      [datasetId, sides.map((one) => one.id), sides.map((one) => one.split), sides.map((one) => one.group)],
    );
  }

  async saveConfig(datasetId: string, config: Readonly<Record<string, unknown>> | null): Promise<number> {
    const rows = await this.query<{ revision: number }>(
      'with saved as (update datasets set split_config = $2, splits_revision = splits_revision + 1 where id = $1 returning splits_revision) select splits_revision as revision from saved',
      [datasetId, config === null ? null : JSON.stringify(config)],
    );
    return rows[0]?.revision ?? 0;
  }

  async sidesOfGroups(datasetId: string, groups: readonly string[]): Promise<ReadonlyMap<string, ImageSplit>> {
    if (groups.length === 0) return new Map();
    const rows = await this.query<{ split_group: string; split: ImageSplit }>(
      // Of two that are even the one that is looked at later, as the rule has it.
      `select distinct on (split_group) split_group, split from dataset_images where dataset_id = $1 and split_group = any($2::text[]) and removed_seq is null and split is not null
       group by split_group, split order by split_group, count(*) desc, case split when 'test' then 0 when 'val' then 1 else 2 end`,
      [datasetId, groups],
    );
    return new Map(rows.map((row) => [row.split_group, row.split]));
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

const NONE: SideCounts = { train: 0, val: 0, test: 0, unassigned: 0 };

function shared(lists: Map<string, readonly number[]>, classes: string): readonly number[] {
  const known = lists.get(classes);
  if (known !== undefined) return known;
  const list = classes === '' ? [] : classes.split(',').map(Number);
  lists.set(classes, list);
  return list;
}
