import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { deleteVersion, stopZip, versionsQuery, zipUrl } from '../../api/version-queries.js';
import { showNote, useFailNote } from '../../ui/notes.js';

/** What can be done with a version; the list learns of it. */
export function useVersionChange(datasetId: string, version: number) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const refresh = (): void => void client.invalidateQueries({ queryKey: versionsQuery(datasetId).queryKey });
  const shared = { onError: useFailNote(), onSettled: refresh };
  const stop = useMutation({
    mutationFn: () => stopZip(datasetId, version),
    onSuccess: () => void showNote({ message: t('versions.stopped', { version }) }),
    ...shared,
  });
  const download = useMutation({
    mutationFn: () => zipUrl(datasetId, version, refresh),
    onSuccess: (url) => window.location.assign(url),
    ...shared,
  });
  const dropZip = useMutation({
    mutationFn: () => deleteVersion(datasetId, version, true),
    onSuccess: () => void showNote({ message: t('versions.zipDropped', { version }), color: 'green' }),
    ...shared,
  });
  const remove = useMutation({
    mutationFn: () => deleteVersion(datasetId, version, false),
    onSuccess: () => void showNote({ message: t('versions.deleted', { version }), color: 'green' }),
    ...shared,
  });
  return { stop, download, dropZip, remove };
}
