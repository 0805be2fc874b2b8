import { Button, Progress } from '@mantine/core';
import { useEffect, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../../api/types.js';
import { useFormat } from '../../../i18n/use-format.js';
import { ButtonLink } from '../../../ui/links.js';
import { Panel } from '../../../ui/panel.js';
import { LabelButton } from '../../gallery/label-button.js';
import { addSample, rateOf, secondsLeft, type Sample } from '../rate-meter.js';
import styles from './add-images.module.css';
import type { UploadItem, UploadTotals } from './upload-item.js';
import type { UploadSession, UploadState } from './upload-sessions.js';

interface ProgressProps {
  readonly dataset: Dataset;
  readonly state: UploadState;
  readonly totals: UploadTotals;
  readonly session: UploadSession;
}

/** How far all of them are, how fast and how long still; the files under way; pause, resume, try again. */
export function UploadProgress({ dataset, state, totals, session }: ProgressProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const over = totals.ended === totals.files;
  const checking = state.items.filter((item) => item.phase === 'waiting').length;
  return (
    <Panel title={t(over ? 'addImages.done' : 'addImages.progress')} aside={<Buttons dataset={dataset} state={state} totals={totals} session={session} />}>
      <div className={styles.progress}>
        <Progress size={10} radius="xl" value={totals.bytes === 0 ? 0 : (totals.sentBytes / totals.bytes) * 100} aria-label={t('addImages.progress')} />
        <div className={styles.figures}>
          <span>{t('addImages.files', { n: totals.ended, total: totals.files })}</span>
          <span>{t('addImages.bytes', { sent: format.bytes(totals.sentBytes), total: format.bytes(totals.bytes) })}</span>
          <RateAndLeft totals={totals} isRunning={state.isRunning} isOver={over} />
          {checking > 0 && <span>{t('addImages.checking', { count: checking })}</span>}
        </div>
        <div className={styles.figures} role="status">
          {over && <span>{t('addImages.stored', { count: totals.stored })}</span>}
          {totals.duplicate > 0 && over && <span>{t('addImages.duplicate', { count: totals.duplicate })}</span>}
          {totals.failed > 0 && <span>{t('addImages.failed', { count: totals.failed })}</span>}
        </div>
        <Underway items={state.items.filter((item) => item.phase === 'sending')} />
      </div>
    </Panel>
  );
}

function Buttons({ dataset, state, totals, session }: ProgressProps): ReactElement {
  const { t } = useTranslation();
  const over = totals.ended === totals.files;
  const canRetry = state.items.some((item) => item.phase === 'failed');
  return (
    <span className={styles.buttons}>
      {!over && (
        <Button size="compact-sm" variant="default" onClick={() => (state.isRunning ? session.pause() : session.resume())}>
          {t(state.isRunning ? 'addImages.pause' : 'addImages.resume')}
        </Button>
      )}
      {canRetry && (
        <Button size="compact-sm" variant="default" onClick={() => session.retryFailed()}>
          {t('addImages.retry')}
        </Button>
      )}
      {over && (
        <>
          <Button size="compact-sm" variant="default" onClick={() => session.clear()}>
            {t('addImages.clear')}
          </Button>
          <ButtonLink size="compact-sm" variant="default" to="/datasets/$datasetId/images" params={{ datasetId: dataset.id }}>
            {t('addImages.toImages')}
          </ButtonLink>
          <LabelButton datasetId={dataset.id} size="compact-sm" />
        </>
      )}
    </span>
  );
}

function RateAndLeft({ totals, isRunning, isOver }: { readonly totals: UploadTotals; readonly isRunning: boolean; readonly isOver: boolean }): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => setSamples((before) => addSample(before, { atMilliseconds: performance.now(), bytes: totals.sentBytes })), [totals.sentBytes]);
  if (isOver) return null;
  if (!isRunning) return <span>{t('addImages.paused')}</span>;
  const rate = rateOf(samples);
  const left = secondsLeft(totals.bytes - totals.sentBytes, rate);
  return rate === null || left === null ? null : <span>{t('addImages.rateAndLeft', { rate: format.bytesPerSecond(rate), left: format.duration(left) })}</span>;
}

function Underway({ items }: { readonly items: readonly UploadItem[] }): ReactElement | null {
  const { t } = useTranslation();
  if (items.length === 0) return null;
  return (
    <ul className={styles.underway} aria-label={t('addImages.now')}>
      {items.map((item) => (
        <li key={item.path}>
          <span className={styles.path}>{item.path}</span>
          <Progress size="sm" value={item.size === 0 ? 0 : (item.sentBytes / item.size) * 100} aria-label={t('addImages.fileProgress', { name: item.path })} />
          {item.tries > 0 && <span className={styles.dim}>{t('addImages.again')}</span>}
        </li>
      ))}
    </ul>
  );
}
