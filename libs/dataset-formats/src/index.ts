export { ClassNotes, type NotedClass } from './class-notes.js';
export { codecOf, recognise } from './codecs.js';
export { convert, type ConvertFacts, taskOf, treeOfBytes } from './convert.js';
export { type FitContext, type Fitted, fitImage, sizeFinding } from './fit-task.js';
export { FORMAT_NAMES, type FormatCodec, type FormatName, type FormatWriter, type LossCode, type ReadNotes, type WriteReport, type WrittenFile } from './format-codec.js';
export { type Holds } from './holds.js';
export { counted, type Loss, LossReport } from './loss-report.js';
export type { Box, ExportedDataset, ExportedHead, ExportedImage, FormatObject, ImportedImage, Place, Rings, RunLengths } from './model.js';
export { isImagePath, type SourceFile, SourceTree } from './source-tree.js';
