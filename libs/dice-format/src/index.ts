export { MAX_IMAGE_PIXELS, SNIFF_BYTES, sniffImage } from './image-header.js';
export type { SniffedImage, SniffFailure } from './sniffed-image.js';
export { streamTopLevel, type StreamTopLevelLimits, type TopLevelElement, type TopLevelItem, type TopLevelMember } from './stream-top-level.js';
export { parseStrictJson, type StrictJsonLimits } from './strict-json.js';
