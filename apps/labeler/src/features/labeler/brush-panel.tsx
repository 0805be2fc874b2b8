import { useState, useSyncExternalStore, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './labeler.module.css';
import type { MaskBridge } from './session/mask-bridge.js';
import { useLabeler } from './session/use-labeler.js';

const LARGEST_SLIDER = 200;

/** How wide the brush paints, and how much of the image shows through. */
export function BrushPanel(): ReactElement | null {
  const { mask } = useLabeler();
  return mask === null ? null : <Sliders mask={mask} />;
}

function Sliders({ mask }: { readonly mask: MaskBridge }): ReactElement {
  const { t } = useTranslation();
  const size = useSyncExternalStore(mask.onBrush, mask.brushSize);
  const [opacity, setOpacity] = useState(50);
  return (
    <section className={classes.panel} aria-label={t('labeler.brush.title')}>
      <div className={classes.sliders} style={{ width: 'auto' }}>
        <label className={classes.range}>
          <span>
            {t('labeler.brush.size')} {size} px
          </span>
          <input
            type="range"
            min={1}
            max={LARGEST_SLIDER}
            value={Math.min(size, LARGEST_SLIDER)}
            onChange={(event) => mask.sizeBrush(event.currentTarget.valueAsNumber)}
          />
        </label>
        <label className={classes.range}>
          <span>
            {t('labeler.brush.opacity')} {opacity} %
          </span>
          <input
            type="range"
            min={5}
            max={100}
            value={opacity}
            onChange={(event) => {
              setOpacity(event.currentTarget.valueAsNumber);
              mask.setOpacity(event.currentTarget.valueAsNumber / 100);
            }}
          />
        </label>
      </div>
    </section>
  );
}
