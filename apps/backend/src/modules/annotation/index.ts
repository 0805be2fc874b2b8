export { AnnotationModule } from './annotation.module.js';
export { AnnotationReader } from './application/annotation-reader.js';
export { AnnotationWriter } from './application/annotation-writer.js';
export { ClassIntake, type NewClass } from './application/class-intake.js';
export { LabelIntake, type IntakeLabels, type IntakeOutcome } from './application/label-intake.js';
export { LiveView, type CutColumns, type CutEntries, type CutHead, type CutImage, type CutLabels, type DatasetCut } from './application/ports/live-view.port.js';
export { DatasetRollback, type Rollback, type RollbackCounts } from './application/dataset-rollback.js';
export { DatasetPositions, type DatasetPosition, type FrozenHead, type PositionedImage } from './application/ports/dataset-positions.port.js';
