import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageStatus } from '../../api/image-queries.js';
import type { ImageItem } from '../../api/types.js';
import { showNote, useFailNote } from '../../ui/notes.js';
import { useProblemText } from '../../ui/use-problem-text.js';
import { changeImages, changeStatus, type Split } from './bulk-changes.js';
import { UndoNote } from '../../ui/undo-note.js';
import type { GallerySelection } from './use-selection.js';

/** Long enough to read the note and reach its button. */
const UNDO_MILLISECONDS = 12_000;

export interface Bulk {
  /** How many are through; null: nothing is being changed. */
  readonly done: number | null;
  readonly total: number;
  readonly remove: () => void;
  readonly putTo: (split: Split) => void;
  readonly mark: (status: ImageStatus) => void;
}

/** What is done to the chosen images, told in words, with a way back where there is one. */
export function useBulk(datasetId: string, selection: GallerySelection): Bulk {
  const { t } = useTranslation();
  const [progress, setProgress] = useState<{ readonly done: number; readonly total: number } | null>(null);
  const fail = useFailNote();
  const problemText = useProblemText();
  const client = useQueryClient();
  const refresh = (): void => {
    setProgress(null);
    void client.invalidateQueries({ queryKey: ['images', datasetId] });
    void client.invalidateQueries({ queryKey: ['dataset', datasetId] });
  };
  const options = { onError: fail, onSettled: refresh };
  const tell = (message: string, undo?: () => void): void => {
    const takeBack = (): void => {
      notifications.hide(note);
      undo?.();
    };
    const note = showNote({ autoClose: UNDO_MILLISECONDS, color: 'green', message: undo === undefined ? message : createElement(UndoNote, { message, onUndo: takeBack }) });
  };
  const follow = (total: number) => {
    setProgress({ done: 0, total });
    return (done: number): void => setProgress({ done, total });
  };
  const restore = useMutation({
    mutationFn: (ids: readonly number[]) => changeImages(datasetId, ids, { action: 'restore' }),
    onSuccess: (count) => tell(t('bulk.restored', { count })),
    ...options,
  });
  const undoSplit = useMutation({
    mutationFn: async (images: readonly ImageItem[]) => {
      for (const [split, ids] of bySplit(images)) await changeImages(datasetId, ids, { action: 'split', split });
    },
    ...options,
  });
  const remove = useMutation({
    mutationFn: (images: readonly ImageItem[]) => changeImages(datasetId, idsOf(images), { action: 'delete' }, follow(images.length)),
    onSuccess: (count, images) => {
      selection.forget(idsOf(images));
      tell(t('bulk.deleted', { count }), () => restore.mutate(idsOf(images)));
    },
    ...options,
  });
  const putTo = useMutation({
    mutationFn: ({ images, split }: { images: readonly ImageItem[]; split: Split }) => changeImages(datasetId, idsOf(images), { action: 'split', split }, follow(images.length)),
    onSuccess: (count, { images, split }) => {
      const same = images.length - count;
      const done = t('bulk.splitDone', { count, split: t(`dataset.split.${split ?? 'unassigned'}`) });
      tell(same > 0 ? `${done} ${t('bulk.same', { count: same })}` : done, count === 0 ? undefined : () => undoSplit.mutate(images));
      selection.clear();
    },
    ...options,
  });
  const mark = useMutation({
    mutationFn: ({ images, status }: { images: readonly ImageItem[]; status: ImageStatus }) => changeStatus(datasetId, images, status, follow(images.length)),
    onSuccess: ({ changed, failed }, { status }) => {
      const first = failed[0];
      const done = t('bulk.statusDone', { count: changed, status: t(`gallery.statuses.${status}`) });
      if (first === undefined) tell(done);
      else showNote({ color: 'orange', autoClose: UNDO_MILLISECONDS, message: `${done} ${t('bulk.failed', { count: failed.length, reason: problemText(first) })}` });
      selection.clear();
    },
    ...options,
  });
  return {
    done: progress?.done ?? null,
    total: progress?.total ?? 0,
    remove: () => remove.mutate(selection.images()),
    putTo: (split) => putTo.mutate({ images: selection.images(), split }),
    mark: (status) => mark.mutate({ images: selection.images(), status }),
  };
}

const idsOf = (images: readonly ImageItem[]): readonly number[] => images.map((image) => image.id);

function bySplit(images: readonly ImageItem[]): ReadonlyMap<Split, readonly number[]> {
  const groups = new Map<Split, number[]>();
  for (const { id, split } of images) groups.set(split, [...(groups.get(split) ?? []), id]);
  return groups;
}
