export { ClassTable } from './dice-class.js';
export { FindingCollector } from './finding-collector.js';
export { canonicalJson, compareFileNames, contentHash, contentHashOfSorted, hashedHeadLine, type HashedDataset, type HashedHead, type HashedImage, labelsDigest } from './content-hash.js';
export { generateDemoDataset, type PackageFile } from './demo-dataset.js';
export { type DiceClass, PALETTE } from './dice-class.js';
export type { DiceReport, DiceReportDataset, DiceReportImage } from './dice-report.js';
export { MAX_IMAGE_PIXELS, SNIFF_BYTES, sniffImage } from './image-header.js';
export { type ImageLabels, type LabelStatus, readBody, readImageLabels, type Split } from './image-labels.js';
export { isObject as isJsonObject, type JsonObject } from './json-access.js';
export { LabelReader } from './label-reader.js';
export { readSegmentation, rleCounts, type ShapeContext } from './object-shape.js';
export { packageEntries, PackageLayout } from './package-layout.js';
export { encodeMaskPng, encodePng, readMaskPixels } from './indexed-png.js';
export {
  bodyOfLive,
  classIdsOf,
  fieldsOfBody,
  layersOf,
  liveDigest,
  type LiveFields,
  type LiveLabels,
  type LiveObject,
  liveObject,
  liveObjectsOf,
  liveObjectsOfMask,
  type ObjectIdentity,
  type ObjectSource,
} from './live-object.js';
export { IGNORE_CLASS, labelMapOf, labelMapSha256, LARGEST_MASK_CLASS, layersOfLabelMap, type MaskLayer, type PixelSize, spansOverlap, tightBox } from './mask-layers.js';
export { maskSpans, rleText, spansText } from './run-lengths.js';
export type { EntryRole, PackageEntry } from './package-layout.js';
export { ImageSniffer } from './image-sniffer.js';
export { DicePackageValidator, type ImageFacts, type ValidatorOptions } from './package-validator.js';
export type { SniffedImage, SniffFailure } from './sniffed-image.js';
export { streamTopLevel, type StreamTopLevelLimits, type TopLevelElement, type TopLevelItem, type TopLevelMember } from './stream-top-level.js';
export { malformedJson, parseStrictJson, pointerStep, type StrictJsonLimits } from './strict-json.js';
export { annotationsSchemaFile, diceSchemas, META_SCHEMA_FILE } from './schema/dice-schemas.js';
export { TASK_TYPES, type TaskType, taskTypeOf } from './task-type.js';
export { readTrainingLabels, type TrainingLabels } from './training-labels.js';
export { type DiceModel, type DiceModelImage, writeDice } from './write-dice.js';
export { withDerivedFields } from './written-shape.js';
export { type DealMode, type DealOptions, SplitDealer } from './split/deal-split.js';
export { GroupPattern, MAX_PATTERN_LENGTH, MAX_PATTERN_WILDCARDS } from './split/group-pattern.js';
export { resolveSplit, type ResolvedSplit, ruleFor, type SplitSources } from './split/resolve-split.js';
export { DEFAULT_SPLIT_RULE, readSplitConfig, SPLIT_METHODS, type SplitConfig, type SplitMethod, type SplitRatio, type SplitRule, writeSplitConfig } from './split/split-config.js';
export { sideAt, splitPosition } from './split/split-position.js';
export type { SplitImage } from './split/split-units.js';
export { type Conversion, type ConversionNote, type ConvertedDataset, type ConvertedImage, type NamedBytes, toDicePackage } from './dice-package.js';
