import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageItem } from '../../api/types.js';
import { Icon } from '../../ui/icons.js';
import classes from './gallery.module.css';

/** A small original is shown itself until its thumbnail is made. */
const SMALL_ORIGINAL_BYTES = 400_000;

export const thumbnailOf = (image: ImageItem): string | null => image.thumbnail_url ?? image.preview_url ?? (image.size_bytes <= SMALL_ORIGINAL_BYTES ? image.url : null);

interface ThumbProps {
  readonly datasetId: string;
  readonly image: ImageItem;
  /** The reader rests here: only then is it asked for. */
  readonly isRested: boolean;
}

/** A thumbnail, always with CORS: one request without would spoil the browser's cache for the labeler. Aborted when it leaves; signed anew once when it fails. */
export function ImageThumb({ datasetId, image, isRested }: ThumbProps): ReactElement {
  const { t } = useTranslation();
  const client = useQueryClient();
  const element = useRef<HTMLImageElement>(null);
  const [wasRested, setWasRested] = useState(isRested);
  const [failed, setFailed] = useState<string | null>(null);
  const url = thumbnailOf(image);
  useEffect(() => {
    if (isRested) setWasRested(true);
  }, [isRested]);
  useEffect(() => {
    const shown = element.current;
    if (shown === null || url === null || !wasRested) return undefined;
    shown.src = url;
    // An image that is taken out of the page goes on loading; one without an address does not.
    return () => shown.removeAttribute('src');
  }, [url, wasRested, failed]);
  const signAnew = (): void => {
    if (failed === null) void client.invalidateQueries({ queryKey: ['images', datasetId] });
    setFailed(url);
  };
  if (image.state === 'broken') return <Placeholder icon="alert" text="" />;
  if (url === null) return <Placeholder icon="clock" text={t('gallery.noThumbnail')} />;
  if (failed === url) return <Placeholder icon="alert" text={t('gallery.notShown')} />;
  return <img ref={element} crossOrigin="anonymous" alt="" draggable={false} decoding="async" onError={signAnew} className={classes.image} />;
}

function Placeholder({ icon, text }: { readonly icon: 'alert' | 'clock'; readonly text: string }): ReactElement {
  return (
    <span className={classes.placeholder} aria-hidden="true">
      <Icon name={icon} size={18} />
      {text}
    </span>
  );
}
