import { describe, expect, it } from 'vitest';
import { cnnSmallHyperparameters, offerNeeded } from './model-catalogue.js';

describe('offerNeeded', () => {
  it('is the model alone for the engine that every worker has, and where no engine is said', () => {
    expect(offerNeeded('cnn-small', {})).toBe('cnn-small');
    expect(offerNeeded('cnn-small', cnnSmallHyperparameters.parse({}))).toBe('cnn-small');
  });

  it('names the engine where it is another one', () => {
    expect(offerNeeded('unet-small', { engine: 'tfjs' })).toBe('unet-small@tfjs');
  });

  it("is a trainer's own name, whatever its settings are called", () => {
    expect(offerNeeded('yolo-of-ours', { engine: 'tfjs' })).toBe('yolo-of-ours');
  });
});
