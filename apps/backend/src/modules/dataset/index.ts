export { DatasetModule } from './dataset.module.js';
export { DatasetAccess, DatasetImages } from './application/dataset-access.js';
export type { DatasetImageView, DatasetView } from './application/ports/dataset-read-model.port.js';
