export { LocalServiceError } from './process/local-service-error.js';
export { freePort, portProblem } from './process/free-port.js';
export { stopLeftover } from './process/foreign-process.js';
export { isStillRunning, processIdentity } from './process/process-identity.js';
export { startPostgres, type LocalPostgres, type StartPostgresOptions } from './postgres/start-postgres.js';
export { type NatsUser } from './nats/nats-config.js';
export { startNats, type LocalNats, type StartNatsOptions } from './nats/start-nats.js';
export { TRAINING_DURABLE, TRAINING_INBOX_PREFIX, visionNatsUsers } from './nats/vision-nats-users.js';
export { startObjectStore, type LocalObjectStore, type ObjectStoreOptions, type StoreCounter, type StoreCredential } from './object-store/index.js';
