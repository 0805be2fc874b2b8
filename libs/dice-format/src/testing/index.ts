export { filesOf, randomModel } from './random-models.js';
export { validatedPackage } from './validated-package.js';
