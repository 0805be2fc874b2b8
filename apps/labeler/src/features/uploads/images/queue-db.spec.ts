import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { QueueDb } from './queue-db.js';
import { newItem } from './upload-item.js';

const item = { ...newItem({ path: 'a/b.png', file: new File(['abc'], 'b.png', { lastModified: 7 }) }), sha256: 'ab', uploadId: 'u', put: { url: 'https://store/secret', headers: {} } };

describe('the queue of uploads on this device', () => {
  it('is there after a reload, a dataset each, without addresses', async () => {
    await new QueueDb().save('one', [item]);
    const later = new QueueDb();
    expect(await later.load('one')).toEqual([{ ...item, put: null }]);
    expect(await later.load('two')).toEqual([]);
    await later.drop('one');
    expect(await new QueueDb().load('one')).toEqual([]);
  });
});
