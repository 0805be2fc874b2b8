export * from './model/geometry.js';
export * from './model/label-object.js';
export * from './model/change.js';
export { ImageDocument, type DocumentContent } from './model/image-document.js';
export { History } from './model/history.js';
export { readObject, writeObject } from './model/object-json.js';
