import { describe, expect, it } from 'vitest';
import { StoreMeter } from './store-meter.js';
import { OPERATION_CLASSES, operationOfRequest } from './store-operations.js';

describe('StoreMeter', () => {
  it('keeps totals by day, owner, operation and kind', () => {
    const meter = new StoreMeter(() => Date.UTC(2026, 10, 26, 23, 59));
    meter.count({ operation: 'GetObject', kind: 'sent', key: 'datasets/platform-a-00000001/images/000001.jpg' });
    meter.count({ operation: 'GetObject', kind: 'sent', key: 'datasets/platform-a-00000001/images/000002.jpg' }, 2);
    meter.count({ operation: 'GetObject', kind: 'minted', key: 'datasets/platform-a-00000001/images/000002.jpg' });
    meter.count({ operation: 'PutObject', kind: 'sent', key: 'models/job/final-model.onnx' });
    meter.count({ operation: 'ListObjectsV2', kind: 'sent', key: 'datasets/' });
    expect(meter.totals()).toEqual([
      { day: '2026-11-26', scope: 'datasets/platform-a-00000001', operation: 'GetObject', kind: 'sent', count: 3 },
      { day: '2026-11-26', scope: 'datasets/platform-a-00000001', operation: 'GetObject', kind: 'minted', count: 1 },
      { day: '2026-11-26', scope: 'models/job', operation: 'PutObject', kind: 'sent', count: 1 },
      { day: '2026-11-26', scope: '', operation: 'ListObjectsV2', kind: 'sent', count: 1 },
    ]);
  });

  it('tells at once what was sent, and nothing of what is only announced', () => {
    const heard: unknown[] = [];
    const meter = new StoreMeter(undefined, (sent, times) => heard.push([sent, times]));
    meter.count({ operation: 'UploadPart', kind: 'sent', key: 'x' }, 3);
    meter.count({ operation: 'GetObject', kind: 'minted', key: 'x' });
    expect(heard).toEqual([[{ operation: 'UploadPart', class: 'A' }, 3]]);
  });

  it('begins a new day at midnight UTC, and remembers two days before', () => {
    let now = Date.UTC(2026, 10, 26, 23, 59, 59, 999);
    const meter = new StoreMeter(() => now);
    for (let day = 0; day < 4; day += 1) {
      meter.count({ operation: 'HeadObject', kind: 'sent', key: 'x' }, day + 1);
      now += day === 0 ? 1 : 86_400_000;
    }
    now -= 86_400_000;
    expect(meter.totals().map(({ day, count }) => [day, count])).toEqual([
      ['2026-11-27', 2],
      ['2026-11-28', 3],
      ['2026-11-29', 4],
    ]);
    now += 3 * 86_400_000;
    expect(meter.totals()).toEqual([]);
  });
});

describe('operationOfRequest', () => {
  it.each([
    ['GET', '/bucket/datasets/a/images/1.jpg?X-Amz-Date=1', 'GetObject', 'B'],
    ['GET', '/bucket/key?uploadId=1', 'ListParts', 'A'],
    ['GET', '/bucket?list-type=2', 'ListObjectsV2', 'A'],
    ['GET', '/bucket/?uploads', 'ListMultipartUploads', 'A'],
    ['HEAD', '/bucket', 'HeadBucket', 'B'],
    ['PUT', '/bucket/key?partNumber=1&uploadId=1', 'UploadPart', 'A'],
    ['POST', '/bucket/key?uploads', 'CreateMultipartUpload', 'A'],
    ['POST', '/bucket?delete', 'DeleteObjects', 'free'],
    ['DELETE', '/bucket/key?uploadId=1', 'AbortMultipartUpload', 'free'],
  ] as const)('%s %s is %s', (method, target, operation, billed) => {
    expect(operationOfRequest(method, target)).toBe(operation);
    expect(OPERATION_CLASSES[operation]).toBe(billed);
  });

  it('tells copies apart, and knows no other method', () => {
    expect(operationOfRequest('PUT', '/bucket/key', true)).toBe('CopyObject');
    expect(operationOfRequest('PUT', '/bucket/key?uploadId=1', true)).toBe('UploadPartCopy');
    expect(operationOfRequest('PATCH', '/bucket/key')).toBeNull();
  });
});
