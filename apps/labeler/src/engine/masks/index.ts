export { MaskSession, type MaskSessionOptions, type OpenMask } from './mask-session.js';
export { annotationOfLayers, layersOfAnnotation, valueOfClass, type MaskLayer } from './mask-values.js';
export { mergeLayers } from './merge-layers.js';
export { maskToPolygonRings, polygonToMask } from './instance-mask.js';
export { BrushSettings } from './tools/brush-settings.js';
export { registerMaskTools } from './tools/register-mask-tools.js';
export { inProcessPort, workerPort } from './worker/mask-ports.js';
export type { MaskPort } from './worker/protocol.js';
export { decodeLayers, MaskFormatError } from './kernels/run-lengths.js';
