import { Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { datasetQuery, examplesQuery } from '../../../api/queries.js';
import type { Dataset, JobDetails } from '../../../api/types.js';
import { LoadMore } from '../../../ui/load-more.js';
import { Panel } from '../../../ui/panel.js';
import { ErrorState } from '../../../ui/states.js';
import { ExampleCard } from './example-card.js';
import classes from './examples.module.css';

/** Validation images with what people say beside what the model says, the worst first: where to look before the next labels are made. */
export function ExamplesPanel({ job }: { readonly job: JobDetails }): ReactElement | null {
  const dataset = useQuery(datasetQuery(job.dataset_id));
  if (job.state !== 'completed' || dataset.data === undefined) return null;
  return <Examples jobId={job.id} dataset={dataset.data} />;
}

function Examples({ jobId, dataset }: { readonly jobId: string; readonly dataset: Dataset }): ReactElement | null {
  const { t } = useTranslation();
  const query = useInfiniteQuery(examplesQuery(jobId));
  const examples = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError) {
    return (
      <Panel title={t('examples.title')}>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Panel>
    );
  }
  if (examples.length === 0) return null;
  return (
    <Panel title={t('examples.title')}>
      <Text size="sm" c="dimmed" mb="sm">
        {t('examples.intro')}
      </Text>
      <ul className={classes.grid}>
        {examples.map((example) => (
          <ExampleCard key={example.image_id} dataset={dataset} example={example} />
        ))}
      </ul>
      <LoadMore query={query} />
    </Panel>
  );
}
