import { Button, Progress } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { JOB_STATES, type Dataset, type Version } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Figures, type Fact } from '../../ui/facts.js';
import { Icon } from '../../ui/icons.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import { useNow } from '../../ui/use-now.js';
import { mayAct } from '../datasets/roles.js';
import { StateBadge } from '../training/state-badge.js';
import { VersionActions } from './version-actions.js';
import { useVersionChange } from './use-version-change.js';
import classes from './versions.module.css';

interface CardProps {
  readonly dataset: Dataset;
  readonly version: Version;
  readonly onEdit: () => void;
  readonly onRestore: () => void;
}

/** One version: who made it, when and why, what is in it, what it cost and what came of it. */
export function VersionCard({ dataset, version, onEdit, onRestore }: CardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(30_000);
  return (
    <li className={classes.card}>
      <div className={classes.head}>
        <h2 className={classes.number}>{t('versions.version', { version: version.version })}</h2>
        {version.tag !== null && <span className={classes.tag}>{version.tag}</span>}
        <VersionState version={version} />
        <span className={classes.when}>
          <time dateTime={version.created_at} title={format.dateTime(version.created_at)}>
            {format.ago(version.created_at, now)}
          </time>
          {version.requested_by_name !== null && ` ${t('versions.by', { name: version.requested_by_name })}`}
        </span>
      </div>
      {version.note !== null && <p className={classes.note}>{version.note}</p>}
      {version.failure !== null && <p className={classes.failure}>{t('versions.failed', { reason: version.failure.detail })}</p>}
      <VersionFigures version={version} />
      <ZipProgress dataset={dataset} version={version} />
      <VersionJobs version={version} />
      {version.state !== 'deleted' && <VersionActions dataset={dataset} version={version} onEdit={onEdit} onRestore={onRestore} />}
    </li>
  );
}

const LOOKS = { building: { tone: 'run', icon: 'clock' }, ready: { tone: 'good', icon: 'check' }, failed: { tone: 'bad', icon: 'alert' }, deleted: { tone: 'idle', icon: 'trash' } } as const;

function VersionState({ version }: { readonly version: Version }): ReactElement {
  const { t } = useTranslation();
  const { tone, icon } = LOOKS[version.state];
  return (
    <ToneBadge tone={tone} icon={icon}>
      {t(`versions.states.${version.state}`)}
    </ToneBadge>
  );
}

function VersionFigures({ version }: { readonly version: Version }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { bytes_moved: moved, bytes_copied: copied } = version.zip;
  const items: readonly Fact[] = [
    { label: t('versions.images'), value: format.count(version.num_images) },
    { label: t('versions.labeled'), value: format.count(version.num_labeled) },
    ...(version.num_annotations === null ? [] : [{ label: t('versions.objects'), value: format.count(version.num_annotations) }]),
    ...(version.size_bytes === null ? [] : [{ label: t('versions.size'), value: format.bytes(version.size_bytes) }]),
    ...(moved === null ? [] : [{ label: t('versions.moved'), value: format.bytes(moved) }]),
    ...(copied === null ? [] : [{ label: t('versions.copied'), value: format.bytes(copied) }]),
  ];
  return <Figures items={items} />;
}

/** The zip while it is made: n of N, rate and time left, with a way to stop; else one line that says how it stands. */
function ZipProgress({ dataset, version }: { readonly dataset: Dataset; readonly version: Version }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { stop } = useVersionChange(dataset.id, version.version);
  const { state, bytes_done: done, bytes_total: total, bytes_per_second: rate, seconds_left: left } = version.zip;
  if (state !== 'building') return <p className={classes.zip}>{t(`versions.zips.${state}`)}</p>;
  const share = done === null || total === null || total === 0 ? null : done / total;
  return (
    <div className={classes.building}>
      <Progress className={classes.bar} value={(share ?? 1) * 100} striped={share === null} animated={share === null} aria-label={t('versions.zipProgress', { version: version.version })} />
      <span className={classes.zip}>
        {done === null || total === null ? t('versions.zips.building') : t('versions.bytes', { done: format.bytes(done), total: format.bytes(total) })}
        {rate !== null && left !== null && ` · ${t('versions.rateAndLeft', { rate: format.bytesPerSecond(rate), left: format.duration(left) })}`}
      </span>
      {mayAct(dataset, 'admin') && (
        <Button size="compact-sm" variant="default" loading={stop.isPending} onClick={() => stop.mutate()}>
          {t('versions.stop')}
        </Button>
      )}
    </div>
  );
}

function VersionJobs({ version }: { readonly version: Version }): ReactElement | null {
  const { t } = useTranslation();
  if (version.jobs.length === 0) return null;
  return (
    <div className={classes.jobs}>
      <span>{t('versions.trainings')}</span>
      {version.jobs.map((job) => {
        const state = JOB_STATES.find((one) => one === job.state);
        return (
          <Link key={job.id} to="/training/$jobId" params={{ jobId: job.id }} className={classes.job}>
            {state === undefined ? job.state : <StateBadge state={state} />}
            {job.has_model && (
              <span className={classes.model}>
                <Icon name="box" size={14} />
                {t('versions.model')}
              </span>
            )}
          </Link>
        );
      })}
    </div>
  );
}
