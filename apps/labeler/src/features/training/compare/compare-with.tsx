import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { jobsQuery } from '../../../api/queries.js';
import type { Job } from '../../../api/types.js';
import { useFormat } from '../../../i18n/use-format.js';
import { LoadMore } from '../../../ui/load-more.js';
import { ErrorState, LoadingState } from '../../../ui/states.js';
import { useKnownText } from '../../../ui/use-known-text.js';
import { StateBadge } from '../state-badge.js';
import { CompareLink } from './chosen-bar.js';
import bar from './chosen-bar.module.css';
import { RunChoice } from './run-choice.js';

/** From a training to its comparison with others of the same dataset. */
export function CompareWith({ job }: { readonly job: Job }): ReactElement {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t('runs.compareWith')}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={t('runs.othersTitle')} closeButtonProps={{ 'aria-label': t('common.close') }}>
        <Others job={job} />
      </Modal>
    </>
  );
}

function Others({ job }: { readonly job: Job }): ReactElement {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<readonly string[]>([job.id]);
  const query = useInfiniteQuery(jobsQuery({ dataset: job.dataset_id }));
  if (query.isPending) return <LoadingState rows={3} height={48} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const others = query.data.pages.flatMap((page) => page.items).filter((one) => one.id !== job.id);
  if (others.length === 0 && !query.hasNextPage) return <Text>{t('runs.noOthers')}</Text>;
  return (
    <Stack>
      <ul className={bar.others}>
        {others.map((one) => (
          <li key={one.id}>
            <Other job={one} chosen={chosen} onChosen={setChosen} />
          </li>
        ))}
      </ul>
      <LoadMore query={query} />
      <Group justify="flex-end">
        <CompareLink ids={chosen} />
      </Group>
    </Stack>
  );
}

interface OtherProps {
  readonly job: Job;
  readonly chosen: readonly string[];
  readonly onChosen: (ids: readonly string[]) => void;
}

function Other({ job, chosen, onChosen }: OtherProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const known = useKnownText();
  return (
    <div className={bar.other}>
      <RunChoice job={job} chosen={chosen} onChosen={onChosen} />
      <span>
        {format.dateTime(job.created_at)}
        <span className={bar.dim}>
          {known('model', job.model) ?? job.model}
          {job.snapshot_version !== null && ` · ${t('job.version', { version: job.snapshot_version })}`}
        </span>
      </span>
      <StateBadge state={job.state} />
    </div>
  );
}
