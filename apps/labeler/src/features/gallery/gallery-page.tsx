import { Button } from '@mantine/core';
import { useElementSize, useLocalStorage } from '@mantine/hooks';
import { defaultStringifySearch, getRouteApi, useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset, ImageItem } from '../../api/types.js';
import { Icon } from '../../ui/icons.js';
import { ButtonLink } from '../../ui/links.js';
import { EmptyState, ErrorState } from '../../ui/states.js';
import { DatasetFrame } from '../datasets/dataset-frame.js';
import { mayAct } from '../datasets/roles.js';
import { BulkBar } from './bulk-bar.js';
import { GalleryFilters } from './gallery-filters.js';
import { columnsFor, GalleryGrid } from './gallery-grid.js';
import type { GalleryRows, RowRange } from './gallery-rows.js';
import { isFiltered, type GallerySearch } from './gallery-search.js';
import classes from './gallery.module.css';
import { useBulk } from './use-bulk.js';
import { useFilteredRows } from './use-filtered-rows.js';
import { LabelButton } from './label-button.js';
import { useNumberedRows } from './use-numbered-rows.js';
import { useSelection } from './use-selection.js';

const route = getRouteApi('/app/datasets/$datasetId/images');
/** What is asked for before anything was scrolled. */
const FIRST_ROWS: RowRange = { first: 0, end: 8 };

export function GalleryPage(): ReactElement {
  const { t } = useTranslation();
  const { datasetId } = route.useParams();
  const search = route.useSearch();
  return (
    <DatasetFrame
      datasetId={datasetId}
      title={t('gallery.title')}
      actions={(dataset) => (
        <>
          {mayAct(dataset, 'admin') && (
            <ButtonLink variant="default" to="/datasets/$datasetId/add" params={{ datasetId }} leftSection={<Icon name="plus" size={17} />}>
              {t('addImages.button')}
            </ButtonLink>
          )}
          {mayAct(dataset, 'annotator') && dataset.num_images > 0 && <LabelButton datasetId={datasetId} search={search} />}
        </>
      )}
    >
      {(dataset) => <Gallery dataset={dataset} />}
    </DatasetFrame>
  );
}

function Gallery({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = useNavigate();
  const { ref, width } = useElementSize<HTMLDivElement>();
  const [withLabels, setWithLabels] = useLocalStorage({ key: 'vision.gallery.labels', defaultValue: false, getInitialValueInEffect: false });
  const change = (next: GallerySearch): void => void navigate({ to: '/datasets/$datasetId/images', params: { datasetId: dataset.id }, search: next, replace: true });
  const [counted, setCounted] = useState('');
  if (dataset.num_images === 0 && !isFiltered(search)) {
    return (
      <EmptyState icon="dataset" title={t('gallery.noneTitle')} text={t('gallery.noneText')}>
        {mayAct(dataset, 'admin') && (
          <ButtonLink to="/datasets/$datasetId/add" params={{ datasetId: dataset.id }}>
            {t('addImages.button')}
          </ButtonLink>
        )}
      </EmptyState>
    );
  }
  const shared = { dataset, search, width, columns: columnsFor(width), withLabels, onCount: setCounted, onClear: () => change({}) };
  return (
    <>
      <GalleryFilters dataset={dataset} search={search} onChange={(part) => change({ ...search, ...part })} onClear={() => change({})} withLabels={withLabels} onLabels={setWithLabels}>
        <span className={classes.count} role="status">
          {counted}
        </span>
      </GalleryFilters>
      <div ref={ref}>{width > 0 && (isFiltered(search) ? <Filtered key={JSON.stringify(search)} {...shared} /> : <Numbered {...shared} />)}</div>
    </>
  );
}

interface ListProps {
  readonly dataset: Dataset;
  readonly search: GallerySearch;
  readonly width: number;
  readonly columns: number;
  readonly withLabels: boolean;
  readonly onCount: (text: string) => void;
  readonly onClear: () => void;
}

function Filtered(props: ListProps): ReactElement {
  const [seen, setSeen] = useState(FIRST_ROWS);
  return <GalleryList {...props} rows={useFilteredRows(props.dataset.id, props.search, { columns: props.columns, seen })} onRest={setSeen} />;
}

function Numbered(props: ListProps): ReactElement {
  const [seen, setSeen] = useState(FIRST_ROWS);
  return <GalleryList {...props} rows={useNumberedRows(props.dataset.id, props.dataset.num_images, { columns: props.columns, seen })} onRest={setSeen} />;
}

function GalleryList({ rows, onRest, onCount, onClear, ...props }: ListProps & { readonly rows: GalleryRows; readonly onRest: (range: RowRange) => void }): ReactElement {
  const { t } = useTranslation();
  const { dataset, search } = props;
  const navigate = useNavigate();
  const selection = useSelection(dataset.id, search);
  const bulk = useBulk(dataset.id, selection);
  const [asking, setAsking] = useState(false);
  const hrefOf = useCallback((image: ImageItem): string => `/datasets/${dataset.id}/label/${image.id}${defaultStringifySearch(search)}`, [dataset.id, search]);
  // The tiles are drawn again only when something of theirs changes: what they call stays the same.
  const latest = useRef({ selection, hrefOf });
  latest.current = { selection, hrefOf };
  const actions = useMemo(
    () => ({
      onOpen: (image: ImageItem) => void navigate({ href: latest.current.hrefOf(image) }),
      onToggle: (image: ImageItem) => latest.current.selection.toggle(image),
      onExtend: (image: ImageItem) => latest.current.selection.extendTo(image),
    }),
    [navigate],
  );
  const { images: found, isAll } = rows.count;
  const tellSeen = useCallback(
    (range: { readonly from: number; readonly to: number } | null): void => {
      if (isFiltered(search)) onCount(t(isAll ? 'gallery.found' : 'gallery.foundSoFar', { count: found }));
      else onCount(range === null ? '' : t('gallery.range', { ...range, total: found }));
    },
    [search, found, isAll, onCount, t],
  );
  if (rows.error !== null) return <ErrorState error={rows.error} onRetry={rows.retry} />;
  if (rows.rowCount === 0) {
    return (
      <EmptyState icon="search" title={t('gallery.noneFoundTitle')} text={t('gallery.noneFoundText')}>
        <Button variant="default" onClick={onClear}>
          {t('gallery.clear')}
        </Button>
      </EmptyState>
    );
  }
  return (
    <>
      <GalleryGrid {...props} withSuggestions={search.has_suggestion === 'true' || search.order === 'hardest'} rows={rows} selection={selection} hrefOf={hrefOf} onRest={onRest} onSeen={tellSeen} onDelete={() => mayAct(dataset, 'admin') && setAsking(true)} {...actions} />
      <BulkBar dataset={dataset} selection={selection} bulk={bulk} asking={asking} onAsk={setAsking} />
    </>
  );
}
