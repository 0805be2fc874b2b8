import { useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageItem } from '../../api/types.js';
import { showNote, useFailNote } from '../../ui/notes.js';
import type { GallerySearch } from './gallery-search.js';
import { extended, NOTHING_SELECTED, toggled, without, type Selection } from './selection.js';
import { MOST_SELECTED, walkImages } from './walk-images.js';

const HIGHEST_IMAGE = 2_147_483_647;

export interface GallerySelection {
  readonly ids: ReadonlySet<number>;
  readonly anchor: number | null;
  /** How many were found so far while a range or all are being read; null: nothing is. */
  readonly reading: number | null;
  readonly toggle: (image: ImageItem) => void;
  /** From where the selection began to this one. */
  readonly extendTo: (image: ImageItem) => void;
  readonly selectAll: () => void;
  readonly clear: () => void;
  readonly forget: (ids: readonly number[]) => void;
  /** The chosen images as they were when they were chosen. */
  readonly images: () => readonly ImageItem[];
}

/** Chosen images of a gallery of any size: what lies between is read from the server, page by page. */
export function useSelection(datasetId: string, search: GallerySearch): GallerySelection {
  const { t } = useTranslation();
  const fail = useFailNote();
  const [selection, setSelection] = useState<Selection>(NOTHING_SELECTED);
  const [reading, setReading] = useState<number | null>(null);
  const known = useRef(new Map<number, ImageItem>());
  const walk = useRef<AbortController | null>(null);
  const stop = (): void => {
    walk.current?.abort();
    walk.current = null;
    setReading(null);
  };
  const read = async (from: number, to: number, anchor: number | null): Promise<void> => {
    stop();
    const control = new AbortController();
    walk.current = control;
    setReading(0);
    try {
      const { images, isCut } = await walkImages({ datasetId, search, from, to, signal: control.signal, onProgress: (count) => !control.signal.aborted && setReading(count) });
      if (control.signal.aborted) return;
      for (const image of images) known.current.set(image.id, image);
      setSelection((before) => ({ ...extended(before, images.map((image) => image.id)), anchor: anchor ?? before.anchor }));
      if (isCut) showNote({ message: t('bulk.cut', { count: MOST_SELECTED }) });
    } catch (error) {
      if (!control.signal.aborted) fail(error);
    } finally {
      if (walk.current === control) stop();
    }
  };
  return {
    ...selection,
    reading,
    toggle: useCallback((image) => {
      known.current.set(image.id, image);
      setSelection((before) => toggled(before, image.id));
    }, []),
    extendTo: (image) => {
      const anchor = selection.anchor ?? image.id;
      void read(Math.min(anchor, image.id), Math.max(anchor, image.id), anchor);
    },
    selectAll: () => void read(1, HIGHEST_IMAGE, null),
    clear: () => {
      stop();
      setSelection(NOTHING_SELECTED);
    },
    forget: (ids) => setSelection((before) => without(before, ids)),
    images: () => [...selection.ids].flatMap((id) => known.current.get(id) ?? []),
  };
}
