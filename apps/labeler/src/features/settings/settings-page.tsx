import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import type { StoreExamination } from '../../api/types.js';
import { useUser } from '../../app/use-session.js';
import { useFormat } from '../../i18n/use-format.js';
import { Notice } from '../../ui/notice.js';
import { PageHeader } from '../../ui/page-header.js';
import { Panel } from '../../ui/panel.js';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import { useNow } from '../../ui/use-now.js';
import { CostPanel } from '../cost/cost-panel.js';
import { CleanUpsPanel } from './clean-ups-panel.js';
import styles from './settings.module.css';

/** While the store is examined, the page looks again. */
const REFRESH_MILLISECONDS = 2_000;

/** What only the administrator sees: whether the store does what the platform needs. */
export function SettingsPage(): ReactElement {
  const { t } = useTranslation();
  const me = useUser();
  if (me?.is_admin !== true) return <EmptyState icon="key" title={t('doctor.title')} text={t('doctor.onlyAdmin')} order={1} />;
  return (
    <>
      <PageHeader title={t('doctor.title')} subtitle={t('doctor.subtitle')} />
      <div className={styles.page}>
        <Store />
        <CostPanel datasetId={null} />
        <CleanUpsPanel />
      </div>
    </>
  );
}

function Store(): ReactElement {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['store-examination'],
    queryFn: ({ signal }) => http.get<StoreExamination>('maintenance/store', { signal }),
    refetchInterval: ({ state: { data } }) => (data?.state === 'waiting' || data?.state === 'running' ? REFRESH_MILLISECONDS : false),
  });
  return (
    <Panel title={t('doctor.store')}>
      {query.isPending && <LoadingState rows={3} height={48} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && <Examination examination={query.data} />}
    </Panel>
  );
}

function Examination({ examination }: { readonly examination: StoreExamination }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(30_000);
  const { state, fit, checks, finished_at: finishedAt } = examination;
  return (
    <>
      <p className={styles.when}>{t(`doctor.states.${state}`, { ago: finishedAt === null ? '' : format.ago(finishedAt, now) })}</p>
      {fit !== null && (
        <Notice tone={fit ? 'good' : 'bad'} icon={fit ? 'check' : 'alert'}>
          {t(fit ? 'doctor.fit' : 'doctor.unfit')}
        </Notice>
      )}
      <ul className={styles.checks}>
        {checks.map((check) => (
          <li key={check.id} lang="en">
            <ToneBadge tone={check.ok ? 'good' : check.severity === 'must' ? 'bad' : 'warn'} icon={check.ok ? 'check' : 'alert'}>
              {t(check.ok ? 'doctor.ok' : `doctor.${check.severity}`)}
            </ToneBadge>
            <div className={styles.check}>
              <strong>{check.means}</strong>
              <span>{check.detail}</span>
              {check.advice !== null && !check.ok && <span className={styles.advice}>{check.advice}</span>}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
