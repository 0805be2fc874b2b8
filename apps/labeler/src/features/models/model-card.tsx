import { ActionIcon, Button, Menu } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { MODEL_STAGES } from '../../api/model-queries.js';
import type { Dataset, Model } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Confirm } from '../../ui/confirm.js';
import { Figures, type Fact } from '../../ui/facts.js';
import { Icon } from '../../ui/icons.js';
import { AnchorLink } from '../../ui/links.js';
import { ToneBadge } from '../../ui/tone-badge.js';
import { useKnownText } from '../../ui/use-known-text.js';
import { useNow } from '../../ui/use-now.js';
import { mayAct } from '../datasets/roles.js';
import type { ModelTask } from './models-page.js';
import classes from './models.module.css';
import { useModelChange } from './use-model-change.js';

interface CardProps {
  readonly dataset: Dataset;
  readonly model: Model;
  readonly onTask: (task: ModelTask) => void;
}

const LOOKS = { candidate: { tone: 'idle', icon: 'box' }, production: { tone: 'good', icon: 'check' }, archived: { tone: 'idle', icon: 'clock' } } as const;

/** One model: how good it is, what it came of, and what it can be used for. */
export function ModelCard({ dataset, model, onTask }: CardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(30_000);
  const { tone, icon } = LOOKS[model.stage];
  return (
    <li className={classes.card}>
      <div className={classes.head}>
        <h2 className={classes.name}>{model.name}</h2>
        <ToneBadge tone={tone} icon={icon}>
          {t(`models.stages.${model.stage}`)}
        </ToneBadge>
        <time className={classes.when} dateTime={model.created_at} title={format.dateTime(model.created_at)}>
          {format.ago(model.created_at, now)}
        </time>
      </div>
      {model.notes !== '' && <p className={classes.notes}>{model.notes}</p>}
      <ModelFigures model={model} />
      <Origin model={model} datasetId={dataset.id} />
      <Actions dataset={dataset} model={model} onTask={onTask} />
    </li>
  );
}

function ModelFigures({ model }: { readonly model: Model }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const known = useKnownText();
  const { metrics, adapter } = model;
  const items: readonly Fact[] = [
    ...(metrics === null ? [] : [{ label: known('metric', metrics.primary_metric) ?? metrics.primary_metric, value: format.percent(metrics.primary_value, 1) }]),
    ...(model.architecture === null ? [] : [{ label: t('models.architecture'), value: known('model', model.architecture) ?? model.architecture }]),
    ...(adapter === null ? [] : [{ label: t('models.classes'), value: format.count(adapter.classes.filter((one) => one.id !== null).length) }]),
    { label: t('models.size'), value: format.bytes(model.size_bytes) },
  ];
  return <Figures items={items} />;
}

/** Back to the labels that it learned from. */
function Origin({ model, datasetId }: { readonly model: Model; readonly datasetId: string }): ReactElement {
  const { t } = useTranslation();
  if (model.job_id === null) return <p className={classes.origin}>{t('models.uploaded')}</p>;
  return (
    <p className={classes.origin}>
      <AnchorLink to="/training/$jobId" params={{ jobId: model.job_id }}>
        {t('models.fromTraining', { epoch: model.best_epoch ?? 0 })}
      </AnchorLink>
      {model.snapshot_version !== null && (
        <AnchorLink to="/datasets/$datasetId/versions" params={{ datasetId }}>
          {t('versions.version', { version: model.snapshot_version })}
        </AnchorLink>
      )}
      {model.code_version !== null && <span title={model.sha256}>{t('models.code', { version: model.code_version })}</span>}
    </p>
  );
}

function Actions({ dataset, model, onTask }: CardProps): ReactElement {
  const { t } = useTranslation();
  const { download } = useModelChange(dataset.id, model);
  const isUsable = model.adapter !== null && mayAct(dataset, 'admin');
  return (
    <div className={classes.actions}>
      {isUsable && (
        <Button size="compact-sm" leftSection={<Icon name="sparkle" size={15} />} onClick={() => onTask('prelabel')}>
          {t('models.prelabel')}
        </Button>
      )}
      {isUsable && (
        <Button size="compact-sm" variant="default" leftSection={<Icon name="check" size={15} />} onClick={() => onTask('evaluate')}>
          {t('models.evaluate')}
        </Button>
      )}
      <Button size="compact-sm" variant="default" leftSection={<Icon name="download" size={15} />} loading={download.isPending} aria-label={t('models.downloadOne', { name: model.name })} onClick={() => download.mutate()}>
        ONNX
      </Button>
      {mayAct(dataset, 'admin') && <MoreMenu dataset={dataset} model={model} onTask={onTask} />}
    </div>
  );
}

function MoreMenu({ dataset, model, onTask }: CardProps): ReactElement {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const { change, remove } = useModelChange(dataset.id, model);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('models.more', { name: model.name })}>
            <Icon name="dots" size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {MODEL_STAGES.filter((stage) => stage !== model.stage).map((stage) => (
            <Menu.Item key={stage} leftSection={<Icon name={LOOKS[stage].icon} size={15} />} onClick={() => change.mutate({ stage })}>
              {t(`models.toStage.${stage}`)}
            </Menu.Item>
          ))}
          <Menu.Item leftSection={<Icon name="edit" size={15} />} onClick={() => onTask('edit')}>
            {t('models.edit')}
          </Menu.Item>
          {model.stage !== 'production' && (
            <Menu.Item color="red" leftSection={<Icon name="trash" size={15} />} onClick={() => setAsking(true)}>
              {t('models.delete')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking}
        title={t('models.deleteTitle', { name: model.name })}
        text={t('models.deleteText')}
        confirm={t('models.delete')}
        busy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSettled: () => setAsking(false) })}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
