import { DomainError } from '@app/kernel';
import { cocoCodec } from './coco/coco-codec.js';
import { cvatCodec } from './cvat/cvat-codec.js';
import { diceCodec } from './dice/dice-codec.js';
import { FORMAT_NAMES, type FormatCodec, type FormatName } from './format-codec.js';
import { labelStudioCodec } from './label-studio/label-studio-codec.js';
import { labelmeCodec } from './labelme/labelme-codec.js';
import type { SourceTree } from './source-tree.js';
import { vocCodec } from './voc/voc-codec.js';
import { yoloCodec } from './yolo/yolo-codec.js';

const CODECS: Readonly<Record<FormatName, FormatCodec>> = {
  dice: diceCodec,
  coco: cocoCodec,
  yolo: yoloCodec,
  voc: vocCodec,
  labelme: labelmeCodec,
  cvat: cvatCodec,
  'label-studio': labelStudioCodec,
};

export const codecOf = (name: FormatName): FormatCodec => CODECS[name];

/** The format of these files, by a look at them. @throws DomainError `validation-failed` when they are of none. */
export async function recognise(source: SourceTree): Promise<FormatCodec> {
  let best: { readonly codec: FormatCodec; readonly sure: number } | undefined;
  for (const name of FORMAT_NAMES) {
    const codec = CODECS[name];
    const sure = await codec.recognises(source);
    if (sure > (best?.sure ?? 0)) best = { codec, sure };
  }
  if (best !== undefined) return best.codec;
  const message = `The files are of none of the formats ${FORMAT_NAMES.join(', ')}.`;
  throw new DomainError('validation-failed', message, { findings: [{ code: 'unknown-format', message, pointer: '/file' }] });
}
