import { Injectable } from '@nestjs/common';
import { TransactionContext } from '../../../platform/database/transaction-context.js';
import { ImageList, type HardestPage, type ImageFilter, type ImagePage, type ImagePageStart, type ImageView, type UnsureImage } from '../application/ports/image-list.port.js';
import { hardestPageSql, IMAGE_VIEW_COLUMNS, imagePageSql } from './image-page-sql.js';

/** Numbers that one page looks through where no index knows the answer: tens of milliseconds. */
const SEARCH_WINDOW = 50_000;
const FIRST_NUMBER = 1;

@Injectable()
export class TypeormImageList extends ImageList {
  constructor(private readonly transaction: TransactionContext) {
    super();
  }

  async page(datasetId: string, filter: ImageFilter, page: ImagePageStart): Promise<ImagePage> {
    const upTo = isSearched(filter) ? windowEnd(page) : null;
    const { text, parameters } = imagePageSql({ datasetId, filter, upTo, ...page });
    const images = await this.query<ImageView>(text, [...parameters]);
    const last = images.length === page.limit ? images.at(-1) : undefined;
    if (last !== undefined) return { images, next: last.number };
    return { images, next: upTo !== null && (page.backward ? upTo > FIRST_NUMBER : upTo < (await this.lastNumber(datasetId))) ? upTo : null };
  }

  async hardest(datasetId: string, filter: ImageFilter, page: { after: HardestPage['next']; limit: number }): Promise<HardestPage> {
    const { text, parameters } = hardestPageSql({ datasetId, filter, ...page });
    const images = await this.query<UnsureImage>(text, [...parameters]);
    const last = images.length === page.limit ? images.at(-1) : undefined;
    return { images, next: last === undefined ? null : { uncertainty: last.uncertainty, number: last.number } };
  }

  async find(datasetId: string, number: number): Promise<ImageView | null> {
    const rows = await this.query<ImageView>(`select ${IMAGE_VIEW_COLUMNS} from dataset_images i where i.dataset_id = $1 and i.number = $2 and i.removed_seq is null`, [datasetId, number]);
    return rows[0] ?? null;
  }

  async count(datasetId: string): Promise<number> {
    const rows = await this.query<{ count: number }>('select num_images as count from datasets where id = $1', [datasetId]);
    return rows[0]?.count ?? 0;
  }

  private async lastNumber(datasetId: string): Promise<number> {
    const rows = await this.query<{ last: number }>('select number as last from dataset_images where dataset_id = $1 and removed_seq is null order by number desc limit 1', [datasetId]);
    return rows[0]?.last ?? 0;
  }

  private async query<T>(sql: string, parameters: unknown[]): Promise<T[]> {
    return this.transaction.manager().query(sql, parameters) as Promise<T[]>;
  }
}

const windowEnd = ({ after, backward }: ImagePageStart): number => (backward ? Math.max(FIRST_NUMBER, after - SEARCH_WINDOW) : after + SEARCH_WINDOW);

/** Whether matches may lie so far apart that a page could read the whole dataset. */
function isSearched(filter: ImageFilter): boolean {
  // Neither a name nor a person has an index.
  if (filter.q !== undefined || filter.labeledBy !== undefined || filter.hasSuggestion !== undefined) return true;
  const given = [filter.split, filter.status, filter.classId, filter.assignee].filter((one) => one !== undefined).length;
  const isIndexedPair = given === 2 && filter.split !== undefined && filter.status !== undefined;
  return given > 1 && !isIndexedPair && filter.state !== 'broken';
}
