export * from './object-store.port.js';
export { objectKeys } from './object-keys.js';
export { equalParts, MAX_PARTS, MAX_PART_BYTES, MIN_PART_BYTES, partRuleBroken } from './part-plan.js';
export { S3ObjectStore, type S3ObjectStoreOptions } from './s3-object-store.js';
export { MAX_EXPIRES_SECONDS, SigV4Presigner, WINDOW_SECONDS, type SigV4PresignerOptions } from './sigv4-presigner.js';
export { ObjectExists, ObjectNotFound, StoreAccessDenied, StoreUnavailable } from './store-errors.js';
export { corsProblem, ensureBucketCors } from './bucket-cors.js';
export { type S3ClientOptions } from './s3-client.js';
export { storeDoctor, type StoreCheck, type StoreDoctorOptions } from './store-doctor.js';
