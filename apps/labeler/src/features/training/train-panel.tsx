import { Button, Group, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { showNote } from '../../ui/notes.js';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import { problemOf, type Problem } from '../../api/problem.js';
import { modelsQuery } from '../../api/queries.js';
import type { Dataset, Finding, Job, TrainingModel } from '../../api/types.js';
import { AnchorLink } from '../../ui/links.js';
import { Notice } from '../../ui/notice.js';
import { Panel } from '../../ui/panel.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { useKnownText } from '../../ui/use-known-text.js';
import { useProblemText } from '../../ui/use-problem-text.js';
import { ForecastLine } from '../cost/forecast-line.js';
import { HyperField } from './hyper-field.js';
import { StartWeights } from './start-weights.js';
import { changedValues, errorOf, fieldsOf, initialValues, type FieldValue, type FormValues } from './schema-form.js';

/** Shown before "more": what people change first. */
const COMMON_FIELDS = ['epochs', 'learning_rate', 'batch_size', 'augment'];
const POINTER = '/hyperparameters/';

interface TrainProps {
  readonly dataset: Dataset;
  /** The version to train on; undefined: the dataset as it is. */
  readonly version?: number;
}

export function TrainPanel({ dataset, version }: TrainProps): ReactElement {
  const { t } = useTranslation();
  const query = useQuery(modelsQuery);
  const models = query.data?.items.filter((model) => model.task_types.includes(dataset.task_type)) ?? [];
  return (
    <Panel title={t('train.title')}>
      {query.isPending && <LoadingState rows={2} height={48} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && <TrainChoice dataset={dataset} version={version} models={models} />}
    </Panel>
  );
}

type ChoiceProps = TrainProps & { readonly models: readonly TrainingModel[] };

function TrainChoice({ dataset, version, models }: ChoiceProps): ReactElement {
  const { t } = useTranslation();
  // Null: an administrator who is no member.
  const mayTrain = dataset.role === 'owner' || dataset.role === 'admin' || dataset.role === null;
  if (models.length === 0) {
    return (
      <Notice tone="idle" icon="training" title={t('train.noModelTitle')}>
        {t('train.noModelText', { task: t(`task.${dataset.task_type}`) })}
      </Notice>
    );
  }
  if (!mayTrain) {
    return (
      <Notice tone="idle" icon="key">
        {t('train.mayNot')}
      </Notice>
    );
  }
  return <TrainForm dataset={dataset} version={version} models={models} />;
}

function TrainForm({ dataset, version, models }: ChoiceProps): ReactElement {
  const [modelId, setModelId] = useState(models[0]?.id ?? '');
  const model = models.find((one) => one.id === modelId) ?? models[0];
  return model === undefined ? <></> : <ModelForm key={model.id} dataset={dataset} version={version} model={model} models={models} onModel={setModelId} />;
}

interface ModelFormProps extends TrainProps {
  readonly model: TrainingModel;
  readonly models: readonly TrainingModel[];
  readonly onModel: (id: string) => void;
}

function ModelForm({ dataset, version, model, models, onModel }: ModelFormProps): ReactElement {
  const { t } = useTranslation();
  const fields = useMemo(() => fieldsOf(model.hyperparameters), [model]);
  const [values, setValues] = useState<FormValues>(() => initialValues(fields));
  const [initial, setInitial] = useState<string | null>(null);
  const [more, setMore] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const start = useStart(dataset.id, version);
  const known = useKnownText();
  const problem = start.error === null ? null : problemOf(start.error);
  const shown = more ? fields : fields.filter((field) => COMMON_FIELDS.includes(field.name));
  const wrong = fields.filter((field) => errorOf(field, values[field.name]) !== null);
  const set = (name: string, value: FieldValue): void => {
    setValues((before) => ({ ...before, [name]: value }));
    if (start.error !== null) start.reset();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (wrong.some((field) => !shown.includes(field))) setMore(true);
    if (wrong.length > 0) setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
    else start.mutate({ model: model.id, hyperparameters: changedValues(fields, values), ...(initial === null ? {} : { init_from_model: initial }) });
  };
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack gap="sm">
        {version === undefined ? (
          <Text size="sm" c="dimmed">
            {t('train.intro')}
          </Text>
        ) : (
          <Notice tone="run" icon="box" title={t('versions.trainOn', { version })}>
            <AnchorLink to="/datasets/$datasetId" params={{ datasetId: dataset.id }}>
              {t('versions.trainNow')}
            </AnchorLink>
          </Notice>
        )}
        <Select label={t('train.model')} data={models.map((one) => ({ value: one.id, label: known('model', one.id) ?? one.title }))} value={model.id} allowDeselect={false} onChange={(value) => onModel(value ?? model.id)} />
        <StartWeights datasetId={dataset.id} architecture={model.id} value={initial} onChange={setInitial} />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          {shown.map((field) => (
            <HyperField key={field.name} field={field} value={values[field.name]} finding={findingOf(problem, field.name)} onChange={(value) => set(field.name, value)} />
          ))}
        </SimpleGrid>
        <Group gap="xs">
          {fields.length > COMMON_FIELDS.length && (
            <Button size="compact-sm" variant="subtle" aria-expanded={more} onClick={() => setMore(!more)}>
              {t(more ? 'train.fewer' : 'train.more')}
            </Button>
          )}
          {Object.keys(changedValues(fields, values)).length > 0 && (
            <Button size="compact-sm" variant="subtle" onClick={() => setValues(initialValues(fields))}>
              {t('train.reset')}
            </Button>
          )}
        </Group>
        {problem !== null && <Unmet problem={problem} fields={fields.map((field) => field.name)} />}
        <ForecastLine datasetId={dataset.id} wish={{ action: 'training', version, epochs: epochsOf(values['epochs']) }} />
        <Button type="submit" loading={start.isPending}>
          {t('train.start')}
        </Button>
      </Stack>
    </form>
  );
}

function useStart(datasetId: string, version: number | undefined) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (choice: { model: string; hyperparameters: Record<string, FieldValue>; init_from_model?: string }) => http.postOnce<Job>('training/start', { dataset_id: datasetId, snapshot_version: version, ...choice }),
    onSuccess: (job) => {
      void client.invalidateQueries({ queryKey: ['jobs'] });
      showNote({ message: t('train.started'), color: 'green' });
      void navigate({ to: '/training/$jobId', params: { jobId: job.id } });
    },
  });
}

/** What cannot be asked about is not told about. */
const epochsOf = (value: FieldValue | undefined): number | undefined => (typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined);

const findingOf = (problem: Problem | null, name: string): Finding | null => problem?.errors.find((one) => one.pointer === `${POINTER}${name}`) ?? null;

/** Every unmet condition that is not a field's own: in place, before the button that was pressed. */
function Unmet({ problem, fields }: { readonly problem: Problem; readonly fields: readonly string[] }): ReactElement {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const known = useKnownText();
  const conditions = problem.errors.filter((one) => !fields.some((name) => one.pointer === `${POINTER}${name}`));
  return (
    <Notice tone="bad" title={t('train.unmetTitle')} live>
      {problem.errors.length === 0 && problemText(problem)}
      {conditions.length > 0 && (
        <ul>
          {conditions.map((one, index) => (
            <li key={index}>{known('condition', one.code) ?? one.message}</li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
