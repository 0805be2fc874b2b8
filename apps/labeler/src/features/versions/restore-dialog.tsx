import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DiffTotals, RestoreResult } from '../../api/types.js';
import { DIFFERENCES, diffTotalsQuery, restoreVersion } from '../../api/version-queries.js';
import { Notice } from '../../ui/notice.js';
import { showNote, useFailNote } from '../../ui/notes.js';
import { ErrorState, LoadingState } from '../../ui/states.js';
import { ForecastLine } from '../cost/forecast-line.js';
import { UndoNote } from '../../ui/undo-note.js';

/** Long enough to look at the dataset and come back. */
const UNDO_MILLISECONDS = 30_000;

interface DialogProps {
  readonly datasetId: string;
  /** Null: closed. */
  readonly version: number | null;
  readonly onClose: () => void;
}

/** Says what restoring would do before it is done, and keeps a way back. */
export function RestoreDialog({ datasetId, version, onClose }: DialogProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Modal opened={version !== null} onClose={onClose} title={t('restore.title', { version: version ?? 0 })} closeButtonProps={{ 'aria-label': t('common.close') }}>
      {version !== null && <RestoreQuestion datasetId={datasetId} version={version} onClose={onClose} />}
    </Modal>
  );
}

function RestoreQuestion({ datasetId, version, onClose }: DialogProps & { readonly version: number }): ReactElement {
  const { t } = useTranslation();
  const totals = useQuery(diffTotalsQuery(datasetId, 'live', version));
  const restore = useRestoreVersion(datasetId, onClose);
  if (totals.isPending) return <LoadingState rows={2} height={40} />;
  if (totals.isError) return <ErrorState error={totals.error} onRetry={() => void totals.refetch()} />;
  const wouldChange = DIFFERENCES.filter((kind) => totals.data.images[kind] > 0);
  const classesDiffer = differInClasses(totals.data);
  return (
    <Stack>
      {wouldChange.length === 0 && !classesDiffer ? (
        <Text>{t('restore.nothing')}</Text>
      ) : (
        <ul>
          {wouldChange.map((kind) => (
            <li key={kind}>{t(`restore.${kind}`, { count: totals.data.images[kind] })}</li>
          ))}
          {classesDiffer && <li>{t('restore.classes')}</li>}
        </ul>
      )}
      <Notice tone="run" icon="retry">
        {t('restore.safe')}
      </Notice>
      <ForecastLine datasetId={datasetId} wish={{ action: 'restore' }} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('common.cancel')}
        </Button>
        <Button loading={restore.isPending} onClick={() => restore.mutate(version)}>
          {t('restore.confirm')}
        </Button>
      </Group>
    </Stack>
  );
}

const differInClasses = ({ classes }: DiffTotals): boolean => classes.added.length + classes.removed.length + classes.renamed.length > 0;

function useRestoreVersion(datasetId: string, onDone: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const refresh = (): void => {
    for (const key of ['images', 'dataset', 'versions', 'diff']) void client.invalidateQueries({ queryKey: [key, datasetId] });
  };
  const shared = { onError: useFailNote(), onSettled: refresh };
  const undo = useMutation({
    mutationFn: (version: number) => restoreVersion(datasetId, version),
    onSuccess: () => void showNote({ message: t('restore.undone'), color: 'green' }),
    ...shared,
  });
  const offerUndo = ({ version, undo: way }: RestoreResult): void => {
    const message = t('restore.done', { version });
    const takeBack = (): void => {
      notifications.hide(note);
      if (way !== null) undo.mutate(way.version);
    };
    const note = showNote({ autoClose: UNDO_MILLISECONDS, color: 'green', message: way === null ? message : <UndoNote message={message} onUndo={takeBack} /> });
  };
  return useMutation({
    mutationFn: (version: number) => restoreVersion(datasetId, version),
    onSuccess: (result) => {
      onDone();
      offerUndo(result);
    },
    ...shared,
  });
}
