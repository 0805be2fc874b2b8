import { UnstyledButton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageItem } from '../../api/types.js';
import { Icon } from '../../ui/icons.js';
import classes from './labeler.module.css';
import { useImages, useLabeler, useSessionView } from './session/use-labeler.js';

const FRAME = 92;

/** The images around the one on the screen, in the order of the gallery. */
export function Filmstrip(): ReactElement {
  const { t } = useTranslation();
  const session = useLabeler();
  const images = useImages();
  const { image } = useSessionView();
  const scroller = useRef<HTMLDivElement>(null);
  const frames = useVirtualizer({ horizontal: true, count: images.length, getScrollElement: () => scroller.current, estimateSize: () => FRAME, overscan: 3, getItemKey: (index) => images[index]?.id ?? index });
  const at = images.findIndex((one) => one.id === image.id);
  useEffect(() => {
    if (at >= 0) frames.scrollToIndex(at, { align: 'center' });
  }, [at, frames, images.length]);
  return (
    <nav ref={scroller} className={classes.film} aria-label={t('labeler.film')} tabIndex={-1}>
      <div className={classes.filmTrack} style={{ width: frames.getTotalSize() }}>
        {frames.getVirtualItems().map(({ index, start, key }) => {
          const one = images[index];
          return one === undefined ? null : <Frame key={key} image={one} left={start + 8} isCurrent={one.id === image.id} onOpen={() => void session.jump(one)} />;
        })}
      </div>
    </nav>
  );
}

const DONE = ['labeled', 'reviewed'];

function Frame({ image, left, isCurrent, onOpen }: { readonly image: ImageItem; readonly left: number; readonly isCurrent: boolean; readonly onOpen: () => void }): ReactElement {
  const { t } = useTranslation();
  return (
    <UnstyledButton className={classes.frameButton} style={{ left }} aria-current={isCurrent} tabIndex={isCurrent ? 0 : -1} aria-label={t('labeler.frame', { id: image.id, status: t(`labeler.status.${image.status}`) })} onClick={onOpen}>
      {image.thumbnail_url !== null && <img src={image.thumbnail_url} crossOrigin="anonymous" alt="" loading="lazy" decoding="async" />}
      <span className={classes.frameNumber}>
        {DONE.includes(image.status) && <Icon name={image.status === 'reviewed' ? 'sparkle' : 'check'} size={11} />}
        {image.id}
      </span>
    </UnstyledButton>
  );
}
