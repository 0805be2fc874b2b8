import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { http } from '../../api/http.js';
import type { Dataset } from '../../api/types.js';
import { showNote, useFailNote } from '../../ui/notes.js';

/** Takes a dataset back from the trash; all lists learn of it. */
export function useRestore({ id, name }: Pick<Dataset, 'id' | 'name'>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => http.postOnce<Dataset>(`datasets/${id}/restore`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['datasets'] });
      showNote({ message: t('dataset.restored', { name }), color: 'green' });
    },
    onError: useFailNote(),
  });
}
