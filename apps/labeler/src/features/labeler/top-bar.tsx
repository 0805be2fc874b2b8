import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../api/types.js';
import { chordText, keymapOf, type ActionName } from '../../engine/index.js';
import { Icon } from '../../ui/icons.js';
import { ButtonLink } from '../../ui/links.js';
import { AdjustMenu } from './adjust-menu.js';
import { LabelerIcon } from './labeler-icons.js';
import classes from './labeler.module.css';
import { SaveBadge } from './save-badge.js';
import { useLabelerSettings } from './session/labeler-settings.js';
import { mayReview } from './session/may-review.js';
import { useEditorView, useSessionView } from './session/use-labeler.js';

const route = getRouteApi('/app-wide/datasets/$datasetId/label/$imageId');

interface Props {
  readonly dataset: Dataset;
  readonly run: (action: ActionName) => void;
}

export function TopBar({ dataset, run }: Props): ReactElement {
  const { t } = useTranslation();
  const { image } = useSessionView();
  const filter = route.useSearch();
  const { undo, redo, noObject, objects, readOnly } = useEditorView();
  return (
    <header className={classes.top}>
      <ButtonLink to="/datasets/$datasetId/images" params={{ datasetId: dataset.id }} search={filter} variant="subtle" size="compact-sm" leftSection={<Icon name="chevronLeft" size={16} />}>
        {t('labeler.back')}
      </ButtonLink>
      <h1 className={classes.title}>
        {dataset.name} <span className={classes.name}>› {image.original_name ?? image.file_name}</span>
      </h1>
      <span className={classes.detail}>{t('labeler.position', { id: image.id, total: dataset.num_images })}</span>
      <span className={classes.spacer} />
      <SaveBadge />
      <span className={`${classes.group} ${classes.acts}`}>
        <Act action="undo" label={undo === null ? t('labeler.undo') : t('labeler.undoStep', { step: t(`labeler.step.${undo}`) })} disabled={undo === null} run={run}>
          <LabelerIcon name="undo" />
        </Act>
        <Act action="redo" label={redo === null ? t('labeler.redo') : t('labeler.redoStep', { step: t(`labeler.step.${redo}`) })} disabled={redo === null} run={run}>
          <LabelerIcon name="redo" />
        </Act>
        <Act action="nothing" label={t('labeler.nothing')} pressed={noObject} disabled={readOnly || objects.length > 0} run={run}>
          <LabelerIcon name="nothing" />
        </Act>
        <Act action="zoom-fit" label={t('labeler.action.zoom-fit')} run={run}>
          <LabelerIcon name="fit" />
        </Act>
        <AdjustMenu />
        <span className={classes.withKeys}>
          <Act action="help" label={t('labeler.action.help')} run={run}>
            <Icon name="keyboard" />
          </Act>
        </span>
      </span>
      <span className={`${classes.group} ${classes.walk}`}>
        <Act action="previous-image" label={t('labeler.action.previous-image')} run={run}>
          <Icon name="chevronLeft" />
        </Act>
        <Act action="next-image" label={t('labeler.action.next-image')} run={run}>
          <Icon name="chevronRight" />
        </Act>
        <Button size="compact-sm" ml={8} disabled={readOnly} onClick={() => run('submit')} title={t('labeler.submitText')}>
          {mayReview(dataset) && image.status === 'labeled' ? t('labeler.review') : t('labeler.submit')}
        </Button>
      </span>
    </header>
  );
}

interface ActProps extends Pick<Props, 'run'> {
  readonly action: ActionName;
  readonly label: string;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly children: ReactNode;
}
function Act({ action, label, disabled = false, pressed, run, children }: ActProps): ReactElement {
  const { preset, keys } = useLabelerSettings();
  const key = chordText(keymapOf(preset, keys)[action][0] ?? '');
  return (
    <Tooltip label={`${label} (${key})`}>
      <ActionIcon variant={pressed === true ? 'filled' : 'subtle'} color={pressed === true ? undefined : 'gray'} size={32} aria-label={label} aria-keyshortcuts={key} aria-pressed={pressed} disabled={disabled} onClick={() => run(action)}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
