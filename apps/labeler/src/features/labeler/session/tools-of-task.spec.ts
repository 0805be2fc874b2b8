import { describe, expect, it } from 'vitest';
import { firstTool, TOOLS } from './tools-of-task.js';

describe('the tool at the begin', () => {
  it('is the one that draws what the task asks for, and none of its own where nothing is drawn', () => {
    expect(firstTool('object_detection')).toBe('box');
    expect(firstTool('instance_segmentation')).toBe('polygon');
    expect(firstTool('semantic_segmentation')).toBe('brush');
    expect(firstTool('pose_estimation')).toBe('keypoints');
    expect(firstTool('image_classification')).toBeNull();
    expect(Object.values(TOOLS).every((tools) => tools.length > 0)).toBe(true);
  });
});
