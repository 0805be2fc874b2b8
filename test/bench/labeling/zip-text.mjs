import yauzl from 'yauzl';

/** The text of the first entry of a zip whose name fits. */
export function zipText(bytes, pattern) {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error !== null) return reject(error);
      zip.on('entry', (entry) => {
        if (!pattern.test(entry.fileName)) return zip.readEntry();
        zip.openReadStream(entry, (failed, stream) => (failed !== null ? reject(failed) : stream.toArray().then((parts) => resolve(Buffer.concat(parts).toString('utf8')), reject)));
      });
      zip.on('end', () => reject(new Error(`nothing in the zip is named as ${pattern}`)));
      zip.on('error', reject);
      zip.readEntry();
    });
  });
}
