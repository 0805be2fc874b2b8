import { Modal, Select, UnstyledButton } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset, ImageDiff } from '../../api/types.js';
import { diffImagesQuery, DIFFERENCES, imageQuery, type Difference, type Side } from '../../api/version-queries.js';
import { LoadMore } from '../../ui/load-more.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { ToneBadge, type Tone } from '../../ui/tone-badge.js';
import { countChanges } from './diff-shapes.js';
import { DiffPicture } from './diff-picture.js';
import classes from './versions.module.css';

const TONES: Readonly<Record<Difference, Tone>> = { added: 'good', removed: 'bad', changed: 'warn', relabelled: 'warn', moved: 'run' };

interface ListProps {
  readonly dataset: Dataset;
  readonly from: Side;
  readonly to: Side;
}

/** Every image that differs, page by page, as a picture and in words. */
export function DiffList({ dataset, from, to }: ListProps): ReactElement {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Difference | undefined>();
  const [enlarged, setEnlarged] = useState<ImageDiff | null>(null);
  const query = useInfiniteQuery(diffImagesQuery(dataset.id, { from, to }, kind));
  const images = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label={t('compare.list')}>
      <div className={classes.listHead}>
        <h3>{t('compare.list')}</h3>
        <Select
          size="sm"
          aria-label={t('compare.kind')}
          value={kind ?? ''}
          allowDeselect={false}
          data={[{ value: '', label: t('compare.allKinds') }, ...DIFFERENCES.map((one) => ({ value: one, label: t(`compare.kinds.${one}`) }))]}
          onChange={(value) => setKind(DIFFERENCES.find((one) => one === value))}
        />
      </div>
      <p className={classes.legend}>{t('compare.legend')}</p>
      {query.isPending && <LoadingState rows={1} height={220} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && images.length === 0 && <p className={classes.legend}>{t('compare.none')}</p>}
      <ul className={classes.diffs}>
        {images.map((diff) => (
          <DiffCard key={diff.image_id} dataset={dataset} diff={diff} onEnlarge={() => setEnlarged(diff)} />
        ))}
      </ul>
      <LoadMore query={query} />
      <Modal size="xl" opened={enlarged !== null} onClose={() => setEnlarged(null)} title={enlarged === null ? '' : nameOf(enlarged)} closeButtonProps={{ 'aria-label': t('common.close') }}>
        {enlarged !== null && <DiffPicture datasetId={dataset.id} diff={enlarged} large />}
      </Modal>
    </section>
  );
}

const nameOf = (diff: ImageDiff): string => (diff.after ?? diff.before)?.file_name ?? String(diff.image_id);

function DiffCard({ dataset, diff, onEnlarge }: { readonly dataset: Dataset; readonly diff: ImageDiff; readonly onEnlarge: () => void }): ReactElement {
  const { t } = useTranslation();
  const image = useQuery(imageQuery(dataset.id, diff.image_id));
  return (
    <li className={classes.diff}>
      <UnstyledButton onClick={onEnlarge} aria-label={t('compare.enlarge', { name: nameOf(diff) })}>
        <DiffPicture datasetId={dataset.id} diff={diff} />
      </UnstyledButton>
      <span className={classes.diffName}>{nameOf(diff)}</span>
      {image.isError && <span className={classes.legend}>{t('compare.gone')}</span>}
      <span className={classes.badges}>
        {diff.differences.map((one) => (
          <ToneBadge key={one} tone={TONES[one]}>
            {t(`compare.kinds.${one}`)}
          </ToneBadge>
        ))}
      </span>
      {useChangeLines(diff).map((line) => (
        <span key={line} className={classes.legend}>
          {line}
        </span>
      ))}
    </li>
  );
}

/** In words what the picture shows, and what no picture can. */
function useChangeLines({ objects, before, after }: ImageDiff): readonly string[] {
  const { t } = useTranslation();
  const split = (value: string | null | undefined): string => (value === 'train' || value === 'val' || value === 'test' ? t(`dataset.split.${value}`) : t('dataset.split.unassigned'));
  const status = (value: string): string => (value === 'labeled' || value === 'reviewed' || value === 'unlabeled' ? t(`gallery.statuses.${value}`) : value);
  const both = before !== null && after !== null;
  return [
    ...(objects.length > 0 ? [t('compare.counts', countChanges(objects))] : []),
    ...(both && before.split !== after.split ? [t('compare.split', { before: split(before.split), after: split(after.split) })] : []),
    ...(both && before.status !== after.status ? [t('compare.status', { before: status(before.status), after: status(after.status) })] : []),
  ];
}
