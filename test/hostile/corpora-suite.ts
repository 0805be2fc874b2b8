import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corporaAreThere, heapBytes, naughtyStrings, sendImages, sendJsonBodies, sendJsonInZips, sendZips } from './corpora.js';
import { HostileBackend } from './hostile-backend.js';
import { makeSubjects, tryAsClassName, tryAsNames, tryInHeaders, tryInUrls, type Subjects } from './naughty-names.js';

/** Every `every`-th file and string of the corpora, sent in every way that they can come in. */
export function describeCorpora(every: number): void {
  describe.runIf(corporaAreThere())('the hostile corpora never end in a 500', () => {
    let backend: HostileBackend;
    let subjects: Subjects;
    let heap = 0;

    beforeAll(async () => {
      backend = await HostileBackend.start();
      subjects = await makeSubjects(backend);
      heap = heapBytes();
    });
    afterAll(() => backend.close());

    it('zips', async () => expect(await sendZips(backend, 1)).toBeGreaterThan(30));
    it('images in a dataset', async () => expect(await sendImages(backend, every)).toBeGreaterThan(50 / every));
    it('JSON as the files of a dataset', async () => expect(await sendJsonInZips(backend, every)).toBeGreaterThan(300 / every));
    it('JSON as bodies of every route', async () => expect(await sendJsonBodies(backend, every)).toBeGreaterThan(300 / every));
    it('strings as names', async () => {
      for (const text of naughtyStrings(every)) await tryAsNames(backend, subjects, text);
    });
    it('strings as names of classes', async () => {
      for (const text of naughtyStrings(every)) await tryAsClassName(backend, text);
    });
    it('strings in URLs', async () => {
      for (const text of naughtyStrings(every)) await tryInUrls(backend, text);
    });
    it('strings in headers', async () => {
      for (const text of naughtyStrings(every)) await tryInHeaders(backend, text);
    });

    it('and leave the server alive, its memory as it was and no upload unfinished', async () => {
      await backend.assertAlive();
      expect((heapBytes() - heap) / 1e6).toBeLessThan(60);
      expect(await backend.rows(`select id from dataset_uploads where state not in ('completed','refused')`)).toEqual([]);
    });
  });
}
