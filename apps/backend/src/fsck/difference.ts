/** What can differ, and what to do about it. */
export const ADVICE = {
  'image-missing': 'Restore the object from a backup, or remove the image and upload it again.',
  'image-size': 'The object is not the one that was accepted: restore it from a backup.',
  'image-sha256': 'The object is not the one that was accepted: restore it from a backup.',
  'image-orphan': 'No row knows the object: delete it after a second look.',
  'image-superseded': 'No image and no kept version has these bytes, and the daily sweep did not remove them: is a backend running? The object may be deleted.',
  'derived-missing': 'The worker made it once: remove the mark (thumbnail_at) and queue the image again.',
  'derived-orphan': 'It belongs to no image: delete it.',
  'history-broken': 'Edits were lost or written past the product: compare with a backup before anything else.',
  'sequence-gap': 'Changes were lost or written past the product: versions before the gap cannot be read; restore a backup.',
  'counter-differs': 'Correct the column by the rows; nothing was lost.',
  'zip-missing': 'A deep look (--deep) notes it, and the backend makes the zip again within ten minutes.',
  'zip-size': 'A deep look (--deep) notes it, and the backend makes the zip again within ten minutes.',
  'zip-sha256': 'A deep look (--deep) notes it, and the backend makes the zip again within ten minutes.',
  'zip-unreadable': 'A deep look (--deep) notes it, and the backend makes the zip again within ten minutes.',
  'zip-manifest': 'Zip and manifest name other images: restore both from a backup.',
  'zip-left': 'No version says that it has this zip: delete the object.',
  'manifest-missing': 'Ask for the zip of the version: the manifest is written before it.',
  'manifest-differs': 'The manifest is not of this row: restore it from a backup.',
  'tail-missing': 'Without it the zip is not made again byte for byte: restore the object from a backup.',
  'tail-left': 'No dropped zip needs it: delete the object.',
  'latest-wrong': 'Download a version again, or write the object by the newest version with a zip.',
  'deleted-left': 'The version was deleted or failed: delete the object.',
  'snapshot-orphan': 'There is no such version: delete the object.',
  'content-twice': 'One content is to be one version: delete the younger one.',
  'dataset-orphan': 'There is no such dataset: delete the objects under this prefix.',
  'model-missing': 'Restore the object from a backup, or train again.',
  'model-size': 'The object is not the one that was reported: restore it from a backup.',
  'model-orphan': 'No job says that it has this object: delete it.',
  'metrics-missing': 'The curves are in the database still; the file was not kept. Restore the object from a backup where it is needed.',
  'upload-open': 'Nobody goes on with this multipart upload: abort it.',
  'staging-left': 'The upload ended long ago: delete the object.',
  'outbox-waiting': 'Is the broker there, and a backend running? Events wait.',
} as const;

export type DifferenceCode = keyof typeof ADVICE;

export interface Difference {
  readonly code: DifferenceCode;
  /** A key of the bucket, or a row in words. */
  readonly where: string;
  readonly detail: string;
  readonly advice: string;
}

export function difference(code: DifferenceCode, where: string, detail: string): Difference {
  return { code, where, detail, advice: ADVICE[code] };
}
