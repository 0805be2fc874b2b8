// Datasets for the benches of versions: with an object for each image, or of very many rows that share one tiny object.
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { backendLib, call, newId, written, create } from './snapshot-bench.mjs';

/** A PNG of noise of so many pixels a side; 183 are 100 kB. */
export async function noise(side) {
  const { encodePng } = await backendLib('dice-format');
  return encodePng(randomBytes(side * side * 3), { width: side, height: side, channels: 3 });
}

async function rowOfDataset({ pool }, images) {
  const id = newId();
  await pool.query(
    `insert into datasets (id, name, task_type, multi_label, visibility, status, num_images, num_classes, num_labeled, splits, content_hash, content_hash_seq, next_image_number, created_by, created_at, updated_at, revision)
     select $1, $1, 'object_detection', false, 'private', 'ready', $2, 2, $2, '{}', '', -1, $2 + 1, id, now(), now(), 1 from users limit 1`,
    [id, images],
  );
  await pool.query(`insert into dataset_classes (dataset_id, class_id, name, color, position, image_count) select $1, n, 'class ' || n, '#000000', n, $2 from generate_series(0, 1) as n`, [id, images]);
  return id;
}

/** $1 dataset, $2 first number, $3 last number, $4 bytes, $5 CRC-32s, $6 SHA-256s, $7 keys (one for all, or one each). */
const ROWS = `
  insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, status, size_bytes, crc32, sha256, object_key, class_ids, object_count, next_object_number, objects, labels_digest)
  select $1, n, 'images/' || lpad(n::text, 7, '0') || '.png', 183, 183, 3, 'png', 'labeled', ($4::bigint[])[1 + (n - $2::int) % cardinality($4::bigint[])], ($5::bigint[])[1 + (n - $2::int) % cardinality($5::bigint[])], ($6::bytea[])[1 + (n - $2::int) % cardinality($6::bytea[])], ($7::text[])[1 + (n - $2::int) % cardinality($7::text[])],
    '{0}', 1, 2, jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'number', 1, 'class_id', 0, 'source', 'import', 'bbox', jsonb_build_array(n % 100, 20, 30.5, 40))), sha256(n::text::bytea)
  from generate_series($2::int, $3::int) as n`;

/** One label of each image was set by hand; objects of 100 kB, each of other bytes. Answers id and keys. */
export async function realDataset(bench, images) {
  const id = await rowOfDataset(bench, images);
  const facts = { sizes: [], crcs: [], hashes: [], keys: [] };
  const one = Buffer.from(await noise(183));
  for (let number = 1; number <= images; number += 1) {
    // Bytes of the pixels; nobody decodes these.
    one.writeUInt32LE(number, 1_000);
    const key = `datasets/${id}/images/${String(number).padStart(6, '0')}.png`;
    facts.sizes.push(one.length);
    facts.crcs.push(crc32(one));
    facts.hashes.push(createHash('sha256').update(one).digest());
    facts.keys.push(key);
    await bench.store.put(key, one);
  }
  await bench.pool.query(ROWS, [id, 1, images, facts.sizes, facts.crcs, facts.hashes, facts.keys]);
  await bench.pool.query('analyze dataset_images');
  return { id, keys: facts.keys, imageBytes: facts.sizes.reduce((sum, size) => sum + size, 0) };
}

/** New images by the API, as many as are 5 % of a dataset. Answers their bytes. */
export async function addImages(bench, id, { from, count }) {
  let bytes = 0;
  for (let at = 0; at < count; at += 50) {
    const form = new FormData();
    for (let number = from + at; number < from + Math.min(at + 50, count); number += 1) {
      const png = await noise(183);
      bytes += png.length;
      form.append('file', new Blob([png], { type: 'image/png' }), `${String(number).padStart(7, '0')}.png`);
    }
    await call(bench, 'POST', `datasets/${id}/images`, { form });
  }
  return bytes;
}

/** Rows alone: every image is the same object, as small as may be for a zip of 5 MiB, which is the least that can be begun with. */
export async function rowsOnly(bench, images) {
  const id = await rowOfDataset(bench, images);
  const png = Buffer.from(await noise(images < 5_000 ? 45 : images < 50_000 ? 14 : 4));
  const key = `datasets/${id}/images/000001.png`;
  await bench.store.put(key, png);
  const client = await bench.pool.connect();
  try {
    await client.query('set statement_timeout = 0');
    for (let from = 1; from <= images; from += 100_000) await client.query(ROWS, [id, from, Math.min(images, from + 99_999), [png.length], [crc32(png)], [createHash('sha256').update(png).digest()], [key]]);
    await client.query('analyze dataset_images');
  } finally {
    client.release();
  }
  return { id, images, png, key };
}

/** A first version of such rows whose zip is written by this client, so that a million requests for one tiny object need not be waited for. The next zip begins with it. */
export async function withFirstZip(bench, { id, images, png }) {
  const { centralHeader, DirectoryLines, endRecords, EntryTally, placedAt, zipEntry } = await backendLib('archive');
  const { ResumableSha256 } = await backendLib('object-store');
  const { version } = await create(bench, id);
  await written(bench, id, version);
  const [tally, lines, hash, whole] = [new EntryTally(), new DirectoryLines(), await ResumableSha256.begin(), createHash('sha256')];
  const entryOf = (number) => ({ name: `images/${String(number).padStart(7, '0')}.png`, sizeBytes: png.length, crc32: crc32(png), open: () => [png] });
  let state;
  async function* bytes() {
    for (let number = 1; number <= images; number += 1) {
      const entry = entryOf(number);
      const pieces = [];
      for await (const piece of zipEntry(entry, tally.bytes)) pieces.push(piece);
      const at = Buffer.concat(pieces);
      lines.add(centralHeader(placedAt(entry, tally.bytes)));
      tally.add(entry);
      hash.update(at);
      yield at;
    }
    state = Buffer.from(hash.state());
    yield* lines.blocks();
    yield endRecords({ count: tally.count, offset: tally.bytes, directoryBytes: tally.directoryBytes });
  }
  async function* counted() {
    for await (const chunk of bytes()) {
      whole.update(chunk);
      yield chunk;
    }
  }
  const key = `datasets/${id}/snapshots/v${version}.zip`;
  const { sizeBytes } = await bench.store.upload(key, counted());
  await bench.pool.query(
    `update snapshots set zip_state = 'ready', zip_used_at = now(), key = $3, size_bytes = $4, sha256 = $5, region = $6, region_sha256 = $7 where dataset_id = $1 and version = $2`,
    [id, version, key, sizeBytes, whole.digest('hex'), JSON.stringify({ images, bytes: tally.bytes, digest: tally.digest() }), state],
  );
}
