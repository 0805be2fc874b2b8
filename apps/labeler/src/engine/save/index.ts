export { ImageSaver } from './image-saver.js';
export { DatasetSaver, type DatasetSaverOptions } from './saver.js';
export { maskCodec, maskObjects, objectCodec, type LabelCodec, type MaskCodecOptions } from './label-codec.js';
export { type LabelEdit, type LabelState, type LabelStatus } from './label-state.js';
export { merge, type Choice, type MergeConflict } from './merge.js';
export { IndexedOutbox, type Outbox, type OutboxRecord } from './outbox.js';
export { BrowserTabLocks, type TabLocks } from './tab-locks.js';
export { answerOfProblem } from './patch-answer.js';
export type { PatchAnswer, PatchRequest, Refusal, SaveState, SaveStatus, SendPatch } from './save-types.js';
