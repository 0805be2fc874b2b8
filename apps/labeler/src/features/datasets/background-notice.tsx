import { Progress, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { datasetQuery } from '../../api/queries.js';
import type { BackgroundWork, Dataset } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Panel } from '../../ui/panel.js';

const REFRESH_MILLISECONDS = 2_000;
const isOpen = (work: BackgroundWork): boolean => work.state === 'waiting' || work.state === 'running';

/** What still goes on behind the back of an upload: n of N, rate and time left; nothing when there is nothing. */
export function BackgroundNotice({ dataset }: { readonly dataset: Dataset }): ReactElement | null {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: ['dataset', dataset.id, 'imports'],
    queryFn: async ({ signal }) => (await http.get<{ items: readonly BackgroundWork[] }>(`datasets/${dataset.id}/imports`, { signal })).items,
    refetchInterval: ({ state }) => (state.data?.some(isOpen) === true || dataset.status === 'validating' ? REFRESH_MILLISECONDS : false),
  });
  const shown = data?.filter((work) => isOpen(work) || work.state === 'failed') ?? [];
  const open = shown.filter(isOpen).length;
  // The dataset itself changes when work on it ends.
  useEffect(() => void client.invalidateQueries({ queryKey: datasetQuery(dataset.id).queryKey, exact: true }), [client, dataset.id, open]);
  if (dataset.status !== 'validating' && shown.length === 0) return null;
  return (
    <Panel title={t('background.title')}>
      <Stack gap="md">
        {dataset.status === 'validating' && <Text role="status">{t('background.validating')}</Text>}
        {shown.map((work) => (
          <WorkLine key={work.id} work={work} />
        ))}
      </Stack>
    </Panel>
  );
}

function WorkLine({ work }: { readonly work: BackgroundWork }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { done, total, rate_per_second: rate, seconds_left: left } = work;
  const text = t(`background.kinds.${work.kind}`);
  if (work.state === 'failed') {
    return (
      <Text>
        {text}. {t('background.failed', { reason: work.message ?? work.code ?? '' })}
      </Text>
    );
  }
  return (
    <div>
      <Text size="sm">
        {text}
        {total !== null && `: ${t('common.nOfN', { n: done, total })}`}
        {rate !== null && left !== null && ` · ${t('background.perSecond', { rate: format.count(Math.round(rate)), left: format.duration(left) })}`}
        {work.refused > 0 && ` · ${t('background.refused', { count: work.refused })}`}
      </Text>
      <Progress mt={4} value={total === null || total === 0 ? 100 : (done / total) * 100} animated={total === null} striped={total === null} aria-label={text} />
    </div>
  );
}
