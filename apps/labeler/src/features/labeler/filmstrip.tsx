import { UnstyledButton } from '@mantine/core';
import { useEffect, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageItem } from '../../api/types.js';
import { Icon } from '../../ui/icons.js';
import classes from './labeler.module.css';
import { useImages, useLabeler, useSessionView } from './session/use-labeler.js';
import { useStripWindow } from './use-strip-window.js';

const FRAME = 92;

/** The images around the one on the screen, in the order of the gallery. */
export function Filmstrip(): ReactElement {
  const { t } = useTranslation();
  const session = useLabeler();
  const images = useImages();
  const { image } = useSessionView();
  const scroller = useRef<HTMLDivElement>(null);
  const { first, end, length, show } = useStripWindow(scroller, { count: images.length, size: FRAME, axis: 'x' });
  const at = images.findIndex((one) => one.id === image.id);
  useEffect(() => {
    if (at >= 0) show(at, true);
  }, [at, show]);
  return (
    <nav ref={scroller} className={classes.film} aria-label={t('labeler.film')} tabIndex={-1}>
      <div className={classes.filmTrack} style={{ width: length }}>
        {images.slice(first, end).map((one, index) => (
          <Frame key={one.id} image={one} left={(first + index) * FRAME + 8} isCurrent={one.id === image.id} onOpen={() => void session.jump(one)} onStale={() => void session.renew(one)} />
        ))}
      </div>
    </nav>
  );
}

const SMALL_BYTES = 300_000;
const DONE = ['labeled', 'reviewed'];

function Frame({ image, left, isCurrent, onOpen, onStale }: { readonly image: ImageItem; readonly left: number; readonly isCurrent: boolean; readonly onOpen: () => void; readonly onStale: () => void }): ReactElement {
  const { t } = useTranslation();
  // A thumbnail is made a little after the upload.
  const source = image.thumbnail_url ?? image.preview_url ?? (image.size_bytes < SMALL_BYTES ? image.url : null);
  return (
    <UnstyledButton className={classes.frameButton} style={{ left }} aria-current={isCurrent} tabIndex={isCurrent ? 0 : -1} aria-label={t('labeler.frame', { id: image.id, status: t(`labeler.status.${image.status}`) })} onClick={onOpen}>
      {source !== null && <img src={source} crossOrigin="anonymous" alt="" loading="lazy" decoding="async" onError={onStale} />}
      <span className={classes.frameNumber}>
        {DONE.includes(image.status) && <Icon name={image.status === 'reviewed' ? 'sparkle' : 'check'} size={11} />}
        {image.id}
      </span>
    </UnstyledButton>
  );
}
