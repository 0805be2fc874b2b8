import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.js';
import { MOST_SMOOTHING } from './smoothing.js';
import classes from './smoothing-slider.module.css';

interface SliderProps {
  readonly value: number;
  readonly onChange: (value: number) => void;
}

/** How much curves are smoothed when they are drawn; figures stay what they are. */
export function SmoothingSlider({ value, onChange }: SliderProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <label className={classes.slider}>
      <span>{t('runs.smoothing')}</span>
      <input type="range" min={0} max={MOST_SMOOTHING} step={0.05} value={value} aria-valuetext={format.percent(value)} onChange={(event) => onChange(event.currentTarget.valueAsNumber)} />
      <output>{format.percent(value)}</output>
    </label>
  );
}
