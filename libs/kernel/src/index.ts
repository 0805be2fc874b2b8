export { AggregateRoot, type DomainEvent } from './aggregate-root.js';
export { Clock, SystemClock } from './clock.js';
export { DomainError, type DomainErrorOptions, type Finding } from './domain-error.js';
export { ERROR_CODES, type ErrorCode } from './error-codes.js';
export { failpoint, handleFailpoints, type FailpointHandler } from './failpoint.js';
export { isUuid, newId } from './ids.js';
export { readOnnxMetadata, type ReadRange } from './onnx-metadata.js';
export { isShowable, showable } from './showable-text.js';
