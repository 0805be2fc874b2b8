import { Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { modelRunsQuery } from '../../api/model-queries.js';
import type { Dataset, ModelRun } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { LoadMore } from '../../ui/load-more.js';
import { Panel } from '../../ui/panel.js';
import { useKnownText } from '../../ui/use-known-text.js';
import { byVersion, scoreNames } from './evaluation-rows.js';
import { RunFailure, RunState } from './run-state.js';
import classes from './models.module.css';

/** Models side by side on the same images: one table a version, the best first. */
export function EvaluationTable({ dataset }: { readonly dataset: Dataset }): ReactElement | null {
  const { t } = useTranslation();
  const query = useInfiniteQuery(modelRunsQuery(dataset.id, 'evaluations'));
  const runs = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (runs.length === 0) return null;
  return (
    <Panel title={t('models.evaluations')}>
      {byVersion(runs).map((group) => (
        <Group key={group.key} runs={group.runs} version={group.version} side={group.side} />
      ))}
      <LoadMore query={query} />
    </Panel>
  );
}

function Group({ runs, version, side }: { readonly runs: readonly ModelRun[]; readonly version: number | null; readonly side: ModelRun['side'] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const known = useKnownText();
  const names = scoreNames(runs);
  const caption = `${version === null ? t('models.newest') : t('versions.version', { version })}, ${side === null || side === 'all' ? t('models.allImages') : t(`dataset.split.${side}`)}`;
  return (
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={caption}>
      <Table captionSide="top">
        <Table.Caption className={classes.caption}>{caption}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('models.model')}</Table.Th>
            {names.map((name) => (
              <Table.Th key={name} className={classes.figure}>
                {known('metric', name) ?? name}
              </Table.Th>
            ))}
            <Table.Th className={classes.figure}>{t('models.images')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Table.Tr key={run.id}>
              <Table.Td>
                {run.model_name ?? t('models.goneModel')} {run.metrics === null && <RunState state={run.state} />}
                <RunFailure run={run} />
              </Table.Td>
              {names.map((name) => (
                <Table.Td key={name} className={classes.figure}>
                  {format.percent(run.metrics?.scores[name] ?? null, 1)}
                </Table.Td>
              ))}
              <Table.Td className={classes.figure}>{run.images === null ? '' : format.count(run.images)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
