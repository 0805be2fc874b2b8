import { Button, Progress, Slider, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { acceptRun, cancelRun, isRunning, modelRunsQuery, undoRun } from '../../api/model-queries.js';
import type { Dataset, ModelRun } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Confirm } from '../../ui/confirm.js';
import { ButtonLink } from '../../ui/links.js';
import { LoadMore } from '../../ui/load-more.js';
import { useFailNote } from '../../ui/notes.js';
import { Panel } from '../../ui/panel.js';
import { mayAct } from '../datasets/roles.js';
import { RunFailure, RunState } from './run-state.js';
import classes from './models.module.css';

/** What models proposed, run by run: each can be taken over or taken back as one. */
export function RunList({ dataset }: { readonly dataset: Dataset }): ReactElement | null {
  const { t } = useTranslation();
  const query = useInfiniteQuery(modelRunsQuery(dataset.id, 'model-runs'));
  const client = useQueryClient();
  const runs = query.data?.pages.flatMap((page) => page.items) ?? [];
  const underWay = runs.filter(isRunning).length;
  const before = useRef(underWay);
  useEffect(() => {
    // What a run did is seen in the counts of the dataset and in its images.
    if (underWay < before.current) for (const key of [['dataset', dataset.id], ['images', dataset.id]]) void client.invalidateQueries({ queryKey: key });
    before.current = underWay;
  }, [underWay, client, dataset.id]);
  if (runs.length === 0) return null;
  return (
    <Panel title={t('models.runs')}>
      <ul className={classes.runs}>
        {runs.map((run) => (
          <Run key={run.id} dataset={dataset} run={run} />
        ))}
      </ul>
      <LoadMore query={query} />
    </Panel>
  );
}

interface RunProps {
  readonly dataset: Dataset;
  readonly run: ModelRun;
}

function Run({ dataset, run }: RunProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const facts = [
    ...(run.images === null ? [] : [t('models.runImages', { count: run.images })]),
    ...(run.suggestions > 0 ? [t('models.runSuggestions', { count: run.suggestions })] : []),
    ...(run.rejected_before > 0 ? [t('models.runRejected', { count: run.rejected_before })] : []),
    ...(run.accepted_images > 0 ? [t('models.runAccepted', { count: run.accepted_images })] : []),
    ...(run.failed_images > 0 ? [t('models.runFailed', { count: run.failed_images })] : []),
  ];
  return (
    <li className={classes.run}>
      <div className={classes.runHead}>
        <strong>{run.model_name ?? t('models.goneModel')}</strong>
        <RunState state={run.state} />
        <span className={classes.when}>{format.dateTime(run.created_at)}</span>
      </div>
      <Text size="sm" c="dimmed">
        {facts.join(' \u00b7 ')}
      </Text>
      <RunFailure run={run} />
      {isRunning(run) && <Progress value={run.progress * 100} aria-label={t('models.runProgress', { share: format.percent(run.progress, 0) })} />}
      <RunActions dataset={dataset} run={run} />
    </li>
  );
}

function RunActions({ dataset, run }: RunProps): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const onError = useFailNote();
  const [asking, setAsking] = useState<'accept' | 'undo' | null>(null);
  const [score, setScore] = useState(50);
  const onSuccess = (): void => void client.invalidateQueries({ queryKey: modelRunsQuery(dataset.id, 'model-runs').queryKey });
  const accept = useMutation({ mutationFn: () => acceptRun(dataset.id, run.id, score / 100), onSuccess, onError });
  const undo = useMutation({ mutationFn: () => undoRun(dataset.id, run.id), onSuccess, onError });
  const cancel = useMutation({ mutationFn: () => cancelRun(run.id), onSuccess, onError });
  const isOpen = run.state === 'queued' || run.state === 'running';
  if (isOpen && mayAct(dataset, 'admin')) {
    return (
      <div className={classes.actions}>
        <Button size="compact-sm" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
          {t('common.cancel')}
        </Button>
      </div>
    );
  }
  if (run.state !== 'done' || !mayAct(dataset, 'annotator')) return null;
  return (
    <div className={classes.actions}>
      <ButtonLink size="compact-sm" variant="default" to="/datasets/$datasetId/images" params={{ datasetId: dataset.id }} search={{ has_suggestion: 'true' }}>
        {t('models.review')}
      </ButtonLink>
      {run.suggestions > 0 && (
        <div className={classes.acceptance}>
          <Slider w={120} min={0} max={100} step={5} value={score} onChange={setScore} label={null} thumbLabel={t('models.minScore', { score: format.percent(score / 100, 0) })} />
          <Button size="compact-sm" variant="default" loading={accept.isPending} onClick={() => setAsking('accept')}>
            {t('models.acceptFrom', { score: format.percent(score / 100, 0) })}
          </Button>
        </div>
      )}
      <Button size="compact-sm" variant="subtle" color="red" loading={undo.isPending} onClick={() => setAsking('undo')}>
        {t('models.undo')}
      </Button>
      <Confirm
        opened={asking !== null}
        title={t(asking === 'undo' ? 'models.undoTitle' : 'models.acceptTitle')}
        text={t(asking === 'undo' ? 'models.undoText' : 'models.acceptText', { score: format.percent(score / 100, 0) })}
        confirm={t(asking === 'undo' ? 'models.undo' : 'models.accept')}
        busy={false}
        onConfirm={() => {
          if (asking === 'undo') undo.mutate();
          else accept.mutate();
          setAsking(null);
        }}
        onClose={() => setAsking(null)}
      />
    </div>
  );
}
