export { AnnotationModule } from './annotation.module.js';
export { AnnotationReader } from './application/annotation-reader.js';
export { AnnotationWriter } from './application/annotation-writer.js';
export { LiveView, type CutImage, type DatasetCut } from './application/ports/live-view.port.js';
