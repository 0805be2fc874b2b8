import { Button, Progress } from '@mantine/core';
import { useEffect, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/use-format.js';
import { addSample, rateOf, secondsLeft, type Sample } from '../../uploads/rate-meter.js';
import classes from './add-model.module.css';
import type { UploadStep } from './model-upload.js';

interface PanelProps {
  readonly step: UploadStep;
  readonly total: number;
  readonly onCancel: () => void;
}

/** How far the file is, how fast and how long still; then that the server looks into it. */
export function UploadPanel({ step, total, onCancel }: PanelProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const isSending = step.step === 'sending';
  return (
    <div className={classes.upload}>
      <p role="status">{t(`addModel.steps.${step.step}`)}</p>
      <Progress size={10} radius="xl" value={isSending ? (step.bytes / total) * 100 : 100} animated={!isSending} striped={!isSending} aria-label={t('addModel.progress')} />
      <div className={classes.figures}>
        {isSending && <span>{t('addImages.bytes', { sent: format.bytes(step.bytes), total: format.bytes(total) })}</span>}
        {isSending && <RateAndLeft bytes={step.bytes} total={total} />}
        <Button size="compact-sm" variant="default" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
      </div>
    </div>
  );
}

function RateAndLeft({ bytes, total }: { readonly bytes: number; readonly total: number }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => setSamples((before) => addSample(before, { atMilliseconds: performance.now(), bytes })), [bytes]);
  const rate = rateOf(samples);
  const left = secondsLeft(total - bytes, rate);
  return rate === null || left === null ? null : <span>{t('addImages.rateAndLeft', { rate: format.bytesPerSecond(rate), left: format.duration(left) })}</span>;
}
