export { parseStrictJson, type StrictJsonLimits } from './strict-json.js';
