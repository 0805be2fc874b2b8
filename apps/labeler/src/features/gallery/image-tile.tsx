import { useQuery } from '@tanstack/react-query';
import { lazy, memo, Suspense, useEffect, useState, type MouseEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { imageLabelsQuery } from '../../api/image-queries.js';
import type { Dataset, ImageItem } from '../../api/types.js';
import classes from './gallery.module.css';
import { ImageThumb } from './image-thumb.js';
import { ShapeOverlay } from './shape-overlay.js';
import { drawnObjects } from './shapes.js';

/** Masks are traced by code that the gallery is not to wait for. */
const TileSuggestions = lazy(() => import('./tile-suggestions.js'));

/** As long as a pointer that only passes by stays. */
const HOVER_MILLISECONDS = 80;
/** Fingers do not hover: each image has its box at once. */
const IS_TOUCHED = window.matchMedia('(pointer: coarse)').matches;

export interface TileActions {
  readonly onOpen: (image: ImageItem) => void;
  readonly onToggle: (image: ImageItem) => void;
  readonly onExtend: (image: ImageItem) => void;
}

interface TileProps extends TileActions {
  readonly dataset: Dataset;
  readonly image: ImageItem;
  readonly id: string;
  readonly href: string;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly isRested: boolean;
  /** Labels are drawn without the pointer being here. */
  readonly withLabels: boolean;
  /** What models propose is drawn of an image without labels while the pointer is here. */
  readonly withSuggestions: boolean;
}

/** One image: a link to the labeler, a box to choose it, and its state in words. Few elements, because many are on a page. */
export const ImageTile = memo(function ImageTile({ dataset, image, id, href, isSelected, isActive, isRested, withLabels, withSuggestions, ...actions }: TileProps): ReactElement {
  const { t } = useTranslation();
  const [hovered, setHovered] = useState(false);
  const content = useContent(dataset, image);
  const click = (event: MouseEvent): void => {
    // A new tab is the browser's own affair.
    if (event.button !== 0 || (event.ctrlKey && event.altKey)) return;
    event.preventDefault();
    if (event.shiftKey) actions.onExtend(image);
    else if (event.ctrlKey || event.metaKey) actions.onToggle(image);
    else actions.onOpen(image);
  };
  const label = t('gallery.cell', { name: image.file_name, status: t(`gallery.statuses.${image.status}`), split: t(`dataset.split.${image.split ?? 'unassigned'}`), content });
  return (
    <div role="gridcell" id={id} aria-selected={isSelected} aria-label={label} title={label} className={classes.tile} data-active={isActive || undefined} onMouseEnter={() => setHovered(true)} onMouseLeave={() => setHovered(false)}>
      <a href={href} tabIndex={-1} aria-label={t('gallery.open', { name: image.file_name })} draggable={false} className={classes.picture} onClick={click}>
        <ImageThumb datasetId={dataset.id} image={image} isRested={isRested} />
        {image.state === 'ready' && <TileOverlay dataset={dataset} image={image} isHovered={hovered} {...{ withLabels: withLabels && isRested, withSuggestions }} />}
      </a>
      {(hovered || isSelected || isActive || IS_TOUCHED) && <input type="checkbox" tabIndex={-1} checked={isSelected} aria-label={t('gallery.select', { name: image.file_name })} className={classes.check} onChange={() => actions.onToggle(image)} />}
      <span className={classes.caption} data-status={image.status} aria-hidden="true">
        {content}
      </span>
    </div>
  );
});

interface TileOverlayProps extends Pick<TileProps, 'dataset' | 'image' | 'withLabels' | 'withSuggestions'> {
  readonly isHovered: boolean;
}

function TileOverlay({ dataset, image, isHovered, withLabels, withSuggestions }: TileOverlayProps): ReactElement | null {
  if (image.object_count > 0) return isHovered || withLabels ? <TileLabels dataset={dataset} image={image} /> : null;
  if (!withSuggestions || !isHovered) return null;
  return (
    <Suspense fallback={null}>
      <TileSuggestions dataset={dataset} image={image} />
    </Suspense>
  );
}

/** What an image shows, short: its classes where it has them as a whole, else how many objects. */
function useContent(dataset: Dataset, image: ImageItem): string {
  const { t } = useTranslation();
  if (image.state === 'broken') return t('gallery.broken');
  if (image.no_object) return t('gallery.nothing');
  if (image.status === 'unlabeled') return t('gallery.statuses.unlabeled');
  const names = image.class_ids.flatMap((id) => dataset.classes.find((one) => one.id === id)?.name ?? []);
  const isWhole = dataset.task_type === 'image_classification' || dataset.task_type === 'semantic_segmentation';
  return isWhole && names.length > 0 ? names.join(', ') : t('gallery.objects', { count: image.object_count });
}

function TileLabels({ dataset, image }: Pick<TileProps, 'dataset' | 'image'>): ReactElement | null {
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(true), HOVER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  const { data } = useQuery({ ...imageLabelsQuery(dataset.id, image.id, image.revision), enabled: asked });
  if (data === undefined) return null;
  const objects = drawnObjects(data);
  return objects.length === 0 ? null : <ShapeOverlay width={image.width} height={image.height} objects={objects} colorOf={(classId) => dataset.classes.find((one) => one.id === classId)?.color ?? ''} />;
}
