import type { Finding } from '@app/kernel';
import type { ImageToProcess } from '../../application/ports/image-processing.port.js';
import type { ImageFault } from './image-child-messages.js';

const REPLACE = 'It stays out of training. Replace it by a good file or remove it.';

const HINTS: Readonly<Record<ImageFault, string>> = {
  'image-broken': `${REPLACE} Opening and saving it in an image program often helps.`,
  'image-changed': `${REPLACE} Somebody or something has written to the bucket past this platform.`,
  'image-missing': `${REPLACE} Somebody or something has deleted from the bucket past this platform.`,
  'image-too-large': `${REPLACE} Save it with stronger compression or fewer pixels.`,
  'image-size-differs': `${REPLACE} Its labels may have been drawn on another size: look at them again afterwards.`,
  'image-too-costly': `${REPLACE} Save it with fewer pixels, and not progressive or interlaced.`,
};

type Place = Pick<ImageToProcess, 'fileName'>;

export function faultFinding({ fileName }: Place, { fault, message }: { readonly fault: ImageFault; readonly message: string }): Finding {
  return { code: fault, message, entry: fileName, hint: HINTS[fault] };
}

/** Of an image over which processes have died. */
export function costFinding(image: Place, verdict: 'time' | 'memory' | null): Finding {
  return faultFinding(image, { fault: verdict === null ? 'image-broken' : 'image-too-costly', message: SENTENCES[verdict ?? 'crash'] });
}

const SENTENCES = {
  time: 'The image takes longer to decode than is allowed.',
  memory: 'The image takes more memory to decode than is allowed.',
  crash: 'The image cannot be decoded: the decoder does not come to an end with it.',
} as const;
