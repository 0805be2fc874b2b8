import { useMutation, useQueryClient } from '@tanstack/react-query';
import { changeModel, datasetModelsQuery, modelDownload, removeModel, type ModelWords } from '../../api/model-queries.js';
import type { Model } from '../../api/types.js';
import { useFailNote } from '../../ui/notes.js';

/** What can be done with a model besides using it; the list follows. */
export function useModelChange(datasetId: string, model: Model) {
  const client = useQueryClient();
  const onError = useFailNote();
  const renew = (): Promise<void> => client.invalidateQueries({ queryKey: datasetModelsQuery(datasetId).queryKey });
  const change = useMutation({ mutationFn: (words: ModelWords) => changeModel(model.id, words), onSuccess: renew, onError });
  const remove = useMutation({ mutationFn: () => removeModel(model.id), onSuccess: renew, onError });
  const download = useMutation({
    mutationFn: () => modelDownload(model.id),
    // The store answers as a download, so that the page stays.
    onSuccess: ({ url }) => window.location.assign(url),
    onError,
  });
  return { change, remove, download };
}
