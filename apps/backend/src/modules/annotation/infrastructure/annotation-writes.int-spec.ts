import { randomUUID } from 'node:crypto';
import type { ClassTable } from '@app/dice-format';
import { DomainError, newId } from '@app/kernel';
import type { OutboxRelay } from '@app/messaging';
import { createTestDatabase, type TestDatabase } from '@app/testing';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceOptions, migrated } from '../../../platform/database/database.module.js';
import { AnnotationWriter } from '../application/annotation-writer.js';
import { LabelWatchers } from '../application/label-watchers.js';
import { ClassCatalogue } from '../application/class-catalogue.js';
import { DiceLabelRules } from '../application/dice-label-rules.js';
import type { StoredLabels } from '../application/ports/annotation-store.port.js';
import type { WriteOutcome, WriteTarget } from '../application/write-request.js';
import { AnnotationDocument, type DocumentEdit } from '../domain/annotation-document.js';
import type { DocumentPatch } from '../domain/document-patch.js';
import { SqlAnnotationStore } from './sql-annotation-store.js';
import { SqlStatements } from './sql-statements.js';

/** The writer on a real Postgres. Two of them on two pools stand for two processes: they share nothing else. */
const ACTOR = randomUUID();
/** Every event, also of bundles. */
const EVENTS = `outbox o cross join lateral jsonb_array_elements(case jsonb_typeof(o.event) when 'array' then o.event else jsonb_build_array(o.event) end) as e (event)`;
let database: TestDatabase;
const sources: DataSource[] = [];
const writers: AnnotationWriter[] = [];

function writerOn(source: DataSource): AnnotationWriter {
  const store = new SqlAnnotationStore(new SqlStatements(source), { wake: () => undefined } as unknown as OutboxRelay);
  return new AnnotationWriter(store, new ClassCatalogue(store), new LabelWatchers());
}

beforeAll(async () => {
  database = await createTestDatabase();
  for (let index = 0; index < 2; index += 1) {
    const source = await migrated(dataSourceOptions({ url: database.url, poolSize: 6 }));
    sources.push(source);
    writers.push(writerOn(source));
  }
});
afterAll(async () => {
  for (const source of sources) await source.destroy();
  await database.drop();
});

async function query<T>(sql: string, values: unknown[] = []): Promise<T[]> {
  return (sources[0] as DataSource).query(sql, values) as Promise<T[]>;
}

async function dataset(images: number): Promise<string> {
  const id = `platform-writes-${randomUUID().slice(0, 8)}`;
  await query(`insert into datasets (id, name, task_type, multi_label, visibility, status, num_images, num_classes, num_labeled, splits, content_hash, created_by, created_at, updated_at, revision) values ($1, $1, 'object_detection', false, 'private', 'ready', $2, 3, 0, '{}', '', $3, now(), now(), 1)`, [id, images, ACTOR]);
  await query(`insert into dataset_classes (dataset_id, class_id, name, color, position) select $1, n, 'class ' || n, '#000000', n from generate_series(0, 2) as n`, [id]);
  await query(`insert into dataset_images (dataset_id, number, file_name, width, height, depth, format, status, size_bytes, sha256) select $1, n, 'images/' || n, 100, 80, 3, 'png', 'unlabeled', 1, sha256(n::text::bytea) from generate_series(1, $2::int) as n`, [id, images]);
  return id;
}

/** Like the editor does it: for one revision or, without one, for whatever there is. */
const apply =
  (patch: DocumentPatch, revision?: number) =>
  (current: StoredLabels, classes: ClassTable): DocumentEdit => {
    if (revision !== undefined && revision !== current.state.revision) throw new DomainError('version-conflict', 'stale', { extensions: { current: current.state.revision } });
    return new AnnotationDocument(current.state).apply(patch, { rules: new DiceLabelRules({ taskType: 'object_detection', multiLabel: false, classes, width: 100, height: 80 }), mayReview: true, newId });
  };

const box = (classId: number, x: number, id?: string): Record<string, unknown> => ({ class_id: classId, bbox: [x, 1, 2, 2], ...(id === undefined ? {} : { id }) });
const add = (writer: AnnotationWriter, id: string, number: number, mark: number): Promise<WriteOutcome> =>
  writer.submit(id, { number, actor: ACTOR, decide: apply({ objects: { form: 'annotation', body: { ...box(mark % 3, mark % 90), attributes: { mark } } } }) });

/** As a client does that is told to come again: the other process was faster too often. */
async function untilTaken<T>(write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'unavailable') throw error;
    }
  }
}

/** I5 of design/reliability.md and what follows from the rows: chains without gap or fork, positions without gap, counters that are right. */
async function expectSound(id: string): Promise<void> {
  const broken = await query(
    `select i.number from dataset_images i left join lateral (
       select coalesce(array_agg(revision order by seq), '{}') as chain from dataset_changes c where c.dataset_id = i.dataset_id and c.number = i.number) h on true
     where i.dataset_id = $1 and h.chain is distinct from coalesce((select array_agg(n) from generate_series(2, i.revision) as n), '{}')`,
    [id],
  );
  expect(broken).toEqual([]);
  const [counts] = await query(
    `select d.change_seq = (select count(*) from dataset_changes where dataset_id = $1) and d.change_seq = coalesce((select max(seq) from dataset_changes where dataset_id = $1), 0) as positions,
       d.num_labeled = (select count(*) from dataset_images where dataset_id = $1 and status <> 'unlabeled') as labeled,
       (select bool_and(image_count = (select count(*) from dataset_images i where i.dataset_id = $1 and k.class_id = any(i.class_ids))) from dataset_classes k where k.dataset_id = $1) as classes,
       (select count(*) from dataset_image_classes where dataset_id = $1) = (select sum(cardinality(class_ids)) from dataset_images where dataset_id = $1) as index,
       (select count(*) from ${EVENTS} where e.event->'data'->>'dataset_id' = $1) = d.change_seq and (select count(distinct e.event->'data'->>'seq') from ${EVENTS} where e.event->'data'->>'dataset_id' = $1) = d.change_seq as events
     from datasets d where d.id = $1`,
    [id],
  );
  expect(counts).toEqual({ positions: true, labeled: true, classes: true, index: true, events: true });
}

describe('two editors on one image', () => {
  it('win once a revision in 1,000 rounds, and no update is lost', async () => {
    const id = await dataset(1);
    const seen = [1, 1];
    const acknowledged: number[] = [];
    for (let round = 0; round < 1_000; round += 1) {
      const results = await Promise.allSettled(
        writers.map((writer, who) => writer.submit(id, { number: 1, actor: ACTOR, decide: apply({ objects: { form: 'annotations', bodies: [{ ...box(round % 3, 1), attributes: { round, who } }] } }, seen[who]) })),
      );
      results.forEach((result, who) => {
        if (result.status === 'fulfilled') acknowledged.push(result.value.labels.state.revision);
        else expect(result.reason).toMatchObject({ code: 'version-conflict' });
        seen[who] = result.status === 'fulfilled' ? result.value.labels.state.revision : Number((result.reason as DomainError).extensions['current']);
      });
    }
    const [image] = await query<{ revision: number }>('select revision from dataset_images where dataset_id = $1', [id]);
    expect(acknowledged.length).toBeGreaterThan(900);
    expect([...acknowledged].sort((a, b) => a - b)).toEqual(Array.from({ length: acknowledged.length }, (_, at) => at + 2));
    expect(image?.revision).toBe(acknowledged.length + 1);
    await expectSound(id);
  });
});

describe('writes that go together', () => {
  it('of two processes leave chains, positions and counters without a gap', async () => {
    const id = await dataset(20);
    let mark = 0;
    const done = new Set<number>();
    await Promise.all(
      Array.from({ length: 64 }, async (_, lane) => {
        for (let round = 0; round < 15; round += 1) {
          const own = mark++;
          await untilTaken(() => add(writers[lane % 2] as AnnotationWriter, id, 1 + ((own * 7) % 20), own));
          done.add(own);
        }
      }),
    );
    const marks = await query<{ mark: number }>(`select (o->'attributes'->>'mark')::int as mark from dataset_images i, jsonb_array_elements(i.objects) as o where i.dataset_id = $1 order by 1`, [id]);
    expect(marks.map((one) => one.mark)).toEqual([...done].sort((a, b) => a - b));
    expect(done.size).toBe(960);
    await expectSound(id);
  });

  it('end as they would one by one', async () => {
    const step = fc.record({ number: fc.integer({ min: 1, max: 4 }), kind: fc.constantFrom('add', 'list', 'empty', 'nothing', 'wrong'), classId: fc.integer({ min: 0, max: 2 }), x: fc.integer({ min: 0, max: 90 }) });
    const patchOf = ({ kind, classId, x }: { kind: string; classId: number; x: number }, id: string): DocumentPatch => {
      if (kind === 'add') return { objects: { form: 'changes', changes: [{ id, after: box(classId, x) }] } };
      if (kind === 'list') return { objects: { form: 'annotations', bodies: [box(classId, x, id)] } };
      if (kind === 'wrong') return { objects: { form: 'annotation', body: box(9, x) } };
      return kind === 'empty' ? { objects: { form: 'annotations', bodies: [] } } : { objects: { form: 'annotations', bodies: [] }, noObject: true };
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const ids = steps.map(() => randomUUID());
        const [together, apart] = [await dataset(4), await dataset(4)];
        const submit = (id: string, at: number): Promise<string> => {
          const one = steps[at];
          if (one === undefined) throw new Error('no step');
          return (writers[0] as AnnotationWriter).submit(id, { number: one.number, actor: ACTOR, decide: apply(patchOf(one, ids[at] ?? '')) }).then(
            ({ labels }) => `revision ${labels.state.revision}`,
            (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
          );
        };
        const answers = await Promise.all(steps.map((_, at) => submit(together, at)));
        const single: string[] = [];
        for (let at = 0; at < steps.length; at += 1) single.push(await submit(apart, at));
        expect(answers).toEqual(single);
        const rows = (id: string): Promise<unknown[]> => query('select number, revision, status, no_object, objects, class_ids, object_count, next_object_number, encode(labels_digest, \'hex\') as digest from dataset_images where dataset_id = $1 order by number', [id]);
        expect(await rows(together)).toEqual(await rows(apart));
        await expectSound(together);
        await expectSound(apart);
      }),
      { numRuns: 25 },
    );
  });

  it('are not taken along by one that the database refuses', async () => {
    const id = await dataset(3);
    const writer = writers[0] as AnnotationWriter;
    const results = await Promise.allSettled([1, 2, 3].map((number) => writer.submit(id, { number, actor: number === 2 ? 'nobody' : ACTOR, decide: apply({ noObject: true }) })));
    expect(results.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expectSound(id);
  });

  it('are checked again when the classes change between reading and writing', async () => {
    const id = await dataset(2);
    const writer = writers[0] as AnnotationWriter;
    await add(writer, id, 1, 2);
    let asked = 0;
    // The row is held until the class is gone: the write finds other classes than those it was checked by.
    const runner = (sources[1] as DataSource).createQueryRunner();
    await runner.startTransaction();
    await runner.query('select 1 from datasets where id = $1 for update', [id]);
    const late = writer.submit(id, {
      number: 2,
      actor: ACTOR,
      decide: (current, classes) => {
        asked += 1;
        return apply({ objects: { form: 'annotation', body: box(2, 1) } })(current, classes);
      },
    });
    const refused = expect(late).rejects.toMatchObject({ code: 'validation-failed' });
    while (asked === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await runner.query('delete from dataset_classes where dataset_id = $1 and class_id = 2', [id]);
    await runner.query('update datasets set classes_revision = classes_revision + 1 where id = $1', [id]);
    await runner.commitTransaction();
    await runner.release();
    await refused;
    expect(asked).toBe(2);
  });
});

describe('the permission to write', () => {
  const writing = (id: string, number: number, permit?: (target: WriteTarget) => void): Promise<WriteOutcome> =>
    (writers[0] as AnnotationWriter).submit(id, { number, actor: ACTOR, permit, decide: apply({ noObject: true }) });

  it('is asked of the role that the same statement reads, and refuses one without the others', async () => {
    const id = await dataset(3);
    await query(`insert into users (id, email, display_name, password_hash, created_at) values ($1, 'a@writes.test', 'A', '', now())`, [ACTOR]);
    await query(`insert into dataset_members (dataset_id, user_id, role) values ($1, $2, 'annotator')`, [id, ACTOR]);
    const seen: WriteTarget[] = [];
    const refuse = (): never => {
      throw new DomainError('forbidden', 'not you');
    };
    const results = await Promise.allSettled([writing(id, 1, (target) => void seen.push(target)), writing(id, 2, refuse), writing(id, 3)]);
    expect(results.map((one) => (one.status === 'fulfilled' ? one.value.labels.state.revision : (one.reason as DomainError).code))).toEqual([2, 'forbidden', 2]);
    await query('delete from dataset_members where dataset_id = $1', [id]);
    await writing(id, 1, (target) => void seen.push(target));
    expect(seen).toMatchObject([
      { role: 'annotator', visibility: 'private', taskType: 'object_detection', multiLabel: false, labelsLoaded: true },
      { role: null, visibility: 'private' },
    ]);
    await expectSound(id);
  });

  it('is asked before it is told whether the image is there, what a key did, or that labels are still being read', async () => {
    const id = await dataset(1);
    const refuse = (): never => {
      throw new DomainError('not-found', 'nothing to see');
    };
    const asked = { actor: ACTOR, permit: refuse, decide: apply({ noObject: true }) };
    const repeat = { key: 'k', requestHash: 'ab'.repeat(32) };
    const writer = writers[0] as AnnotationWriter;
    await writer.submit(id, { ...asked, number: 1, permit: undefined, repeat });
    await expect(writer.submit(id, { ...asked, number: 1, repeat })).rejects.toMatchObject({ detail: 'nothing to see' });
    await expect(writing(id, 9, refuse)).rejects.toMatchObject({ detail: 'nothing to see' });
    await query('update datasets set labels_loaded = false where id = $1', [id]);
    await expect(writing(id, 1, refuse)).rejects.toMatchObject({ detail: 'nothing to see' });
    await expect(writing(id, 1)).rejects.toMatchObject({ code: 'state-conflict' });
  });
});

describe('the statements of a write', () => {
  it('leave classes alone where none appears or vanishes, alone or beside edits where some do', async () => {
    const id = await dataset(4);
    const writer = writers[0] as AnnotationWriter;
    await Promise.all([1, 2, 3, 4].map((number) => add(writer, id, number, 0)));
    const moved = (number: number, classId: number): Promise<WriteOutcome> => writer.submit(id, { number, actor: ACTOR, decide: apply({ objects: { form: 'annotation', body: { id: 1, ...{ class_id: classId, bbox: [7, 1, 2, 2] } } } }) });
    await Promise.all([1, 2].map((number) => moved(number, 0)));
    await expectSound(id);
    await Promise.all([moved(1, 0), moved(2, 1), moved(3, 2), moved(4, 0)]);
    await expectSound(id);
    const shown = await query('select class_id, number from dataset_image_classes where dataset_id = $1 order by number', [id]);
    expect(shown).toEqual([{ class_id: 0, number: 1 }, { class_id: 1, number: 2 }, { class_id: 2, number: 3 }, { class_id: 0, number: 4 }]);
  });

  it('are planned a few times and not for every write, however small a batch is', async () => {
    // So many that a plan for one image alone looks cheaper than one for any number.
    const id = await dataset(20_000);
    await query('analyze dataset_images');
    const source = await new DataSource(dataSourceOptions({ url: database.url, poolSize: 1 })).initialize();
    try {
      const writer = writerOn(source);
      for (let mark = 0; mark < 20; mark += 1) await add(writer, id, 1, 0);
      const plans = await (source.query(`select name, custom_plans::int as custom, generic_plans::int as generic from pg_prepared_statements where name in ('annotation-read', 'annotation-write') order by name`) as Promise<unknown>);
      // Postgres tries five times whether a plan for the values at hand is worth it.
      expect(plans).toEqual([{ name: 'annotation-read', custom: 5, generic: 15 }, { name: 'annotation-write', custom: 5, generic: 14 }]);
    } finally {
      await source.destroy();
    }
  });
});
