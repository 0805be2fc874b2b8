export { SnapshotModule } from './snapshot.module.js';
export { CompleteSnapshots, type CompleteSnapshot, type SnapshotIdentity } from './application/complete-snapshots.js';
export { SnapshotUses, type SnapshotUse, type SnapshotUseSource } from './application/snapshot-uses.js';
export { SnapshotForecasts, type SnapshotForecast } from './application/snapshot-forecasts.js';
