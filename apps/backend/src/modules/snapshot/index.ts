export { SnapshotModule } from './snapshot.module.js';
export { CompleteSnapshots, type CompleteSnapshot } from './application/complete-snapshots.js';
