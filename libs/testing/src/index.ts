export { bundleEntry, type BundledEntry } from './bundle-entry.js';
export { compileFolder } from './compile-entry.js';
export { startStoreProxy, type StoreProxy, type StoreRequest } from './store-proxy.js';
export { createTestDatabase, type TestDatabase } from './test-database.js';
export { TEST_NATS_USER, startTestNats, type TestNats } from './test-nats.js';
export { testServices, type TestServices, type TestStore } from './test-services.js';
export { startUnsoundStore, type PassingRequest, type StoreFault, type UnsoundStore } from './unsound-store.js';
