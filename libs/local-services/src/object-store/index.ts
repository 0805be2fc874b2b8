export { startObjectStore, type LocalObjectStore, type ObjectStoreOptions, type StoreCounter } from './start-object-store.js';
export { type StoreCredential } from './signature.js';
