import { DomainError } from '@app/kernel';
import { describe, expect, it } from 'vitest';
import { codecOf, recognise } from './codecs.js';
import { SourceTree } from './source-tree.js';
import { fileOf, readAll, treeOf } from './testing/trees.js';
import type { FormatName } from './format-codec.js';
import { xmlElements } from './text/xml-element.js';

const SIZE = { width: 100, height: 100 };

async function refusalOf(format: FormatName, files: Record<string, string | Uint8Array>): Promise<DomainError> {
  const error: unknown = await readAll(codecOf(format), treeOf(files)).then(() => undefined, (thrown: unknown) => thrown);
  if (!(error instanceof DomainError)) throw new Error('it was read', { cause: error });
  return error;
}

async function findingsOf(format: FormatName, files: Record<string, string>): Promise<unknown[]> {
  const { notes } = await readAll(codecOf(format), treeOf(files));
  return notes.findings.errors.map(({ code, entry, pointer }) => (pointer === undefined ? [code, entry] : [code, entry, pointer]));
}

const voc = (object: string): string => `<annotation><filename>a.jpg</filename><size><width>9</width><height>9</height></size>${object}</annotation>`;
const box = (corners: readonly (string | number)[], name = 'cat'): string =>
  `<object><name>${name}</name><bndbox>${['xmin', 'ymin', 'xmax', 'ymax'].map((key, at) => `<${key}>${corners[at]}</${key}>`).join('')}</bndbox></object>`;

describe('hostile XML', () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 9 }, (_, n) => `<!ENTITY ${'bcdefghij'[n]} "${`&${'abcdefghi'[n]};`.repeat(10)}">`).join('')}]><annotation><filename>&j;</filename></annotation>`;
  it.each([
    ['a document type with entities', bomb, 'xml-doctype'],
    ['an external entity', '<!DOCTYPE annotation [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><filename>&x;</filename></annotation>', 'xml-doctype'],
    ['an external document type', '<!DOCTYPE annotation SYSTEM "http://127.0.0.1/x.dtd"><annotation/>', 'xml-doctype'],
    ['an entity that nobody declared', '<annotation><filename>&nbsp;</filename></annotation>', 'xml-syntax'],
    ['ten thousand elements within each other', '<a>'.repeat(10_000), 'xml-depth'],
    ['an element that does not end', '<annotation><filename>a.jpg</filename>', 'xml-syntax'],
    ['elements that cross', '<annotation><a><b></a></b></annotation>', 'xml-syntax'],
    ['two roots', '<annotation></annotation><annotation></annotation>', 'xml-syntax'],
    ['no XML', 'hello', 'xml-syntax'],
    ['another encoding', '<?xml version="1.0" encoding="EUC-KR"?><annotation/>', 'not-utf-8'],
  ])('is refused: %s', async (_, text, code) => {
    const refusal = await refusalOf('voc', { 'Annotations/a.xml': text });
    expect(refusal.code).toBe('validation-failed');
    expect(refusal.findings.map((finding) => [finding.code, finding.entry])).toEqual([[code, 'Annotations/a.xml']]);
  });

  it('is refused where bytes are no UTF-8', async () => {
    const refusal = await refusalOf('voc', { 'a.xml': Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0xfe]) });
    expect(refusal.findings[0]).toMatchObject({ code: 'not-utf-8', entry: 'a.xml' });
  });

  it('of a single text beyond the limit is refused', async () => {
    const read = async (): Promise<void> => {
      for await (const _ of xmlElements(fileOf('a.xml', `<a>${'x'.repeat(5000)}</a>`, 512), { depth: 1, names: new Set(['a']) }, { maxText: 1000 }));
    };
    await expect(read()).rejects.toMatchObject({ findings: [{ code: 'xml-size' }] });
  });

  it('with the five entities and CDATA is read', async () => {
    const { images } = await readAll(codecOf('voc'), treeOf({ 'a.xml': voc(box([1, 2, 3, 4], 'a&amp;b&#x41;<![CDATA[<c>]]>')) }));
    expect(images[0]?.objectsIn(SIZE)[0]?.className).toBe('a&bA<c>');
  });

  it('with numbers that are none is told object by object', async () => {
    const text = voc([box(['NaN', 1, 2, 3]), box([1, 1, 'Infinity', 3]), box([1, 1, '0x10', 3]), box([5, 5, 1, 9]), box([1, 1, 2, '']), '<object><name>cat</name></object>', box([1, 1, 2, 2], '')].join(''));
    const { notes } = await readAll(codecOf('voc'), treeOf({ 'a.xml': text }));
    expect(notes.findings.errors.map(({ message }) => message.slice(0, 9))).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `Object ${n}:`));
  });
});

describe('hostile JSON', () => {
  const coco = (annotations: string, more = ''): string =>
    `{"images":[{"id":1,"file_name":"a.jpg","width":100,"height":100}],"categories":[{"id":1,"name":"cat"}],"annotations":[${annotations}]${more}}`;
  const one = (fields: string): string => `{"id":1,"image_id":1,"category_id":1,${fields}}`;

  it.each([
    ['NaN', coco(one('"bbox":[NaN,1,2,3]')), 'json-syntax'],
    ['a number beyond a double', coco(one('"bbox":[1e999,1,2,3]')), 'json-number-range'],
    ['a key twice', coco('{"id":1,"id":2}'), 'json-duplicate-key'],
    ['an end too early', coco(one('"bbox":[1,1,2,3]')).slice(0, -5), 'json-syntax'],
    ['nesting', coco(`{"a":${'['.repeat(100)}${']'.repeat(100)}}`), 'json-depth'],
  ])('is refused with its place: %s', async (_, text, code) => {
    const refusal = await refusalOf('coco', { 'annotations/instances.json': text });
    expect(refusal.code).toBe('malformed-json');
    expect(refusal.findings[0]).toMatchObject({ code, entry: 'annotations/instances.json' });
  });

  it('of COCO is told with pointers, all at once', async () => {
    const text = coco(
      [
        one('"bbox":[1,1,-2,3]'),
        one('"bbox":[1,1,2]'),
        one('"bbox":"all"'),
        one('"segmentation":[[1,2,3]]'),
        one('"segmentation":{"size":[100],"counts":"x"}'),
        one('"bbox":[1,1,2,2],"keypoints":[1,2]'),
        '{"id":7,"image_id":9,"category_id":1}',
        '{"id":8,"image_id":1,"category_id":9}',
        '5',
        one('"bbox":[1,1,2,2]'),
      ].join(','),
    );
    expect(await findingsOf('coco', { 'a.json': text })).toEqual([
      ['invalid-field', 'a.json', '/annotations/8'],
      ['invalid-box', 'a.json', '/annotations/0/bbox'],
      ['invalid-box', 'a.json', '/annotations/1/bbox'],
      ['invalid-box', 'a.json', '/annotations/2/bbox'],
      ['invalid-segmentation', 'a.json', '/annotations/3/segmentation'],
      ['invalid-segmentation', 'a.json', '/annotations/4/segmentation'],
      ['invalid-keypoints', 'a.json', '/annotations/5/keypoints'],
      ['unknown-image', 'a.json', '/annotations/6/image_id'],
      ['unknown-class', 'a.json', '/annotations/7/category_id'],
    ]);
  });

  it('of COCO without what COCO has is refused', async () => {
    for (const text of ['{}', '{"images":[]}', '{"categories":[],"annotations":[]}']) expect((await refusalOf('coco', { 'a.json': text })).findings[0]).toMatchObject({ code: 'required', entry: 'a.json' });
  });

  it('of Label Studio and labelme is told with pointers', async () => {
    const result = (value: string, type = 'rectanglelabels'): string => `{"type":"${type}","value":${value}}`;
    const task = `[{"data":{"image":"/data/upload/3/0a1b2c3d-a.jpg"},"annotations":[{"result":[${[result('{"x":1,"y":1,"width":-3,"height":1,"rectanglelabels":["cat"]}'), result('{"x":1,"y":1,"width":3,"height":1}'), result('{"points":[[1,2]],"polygonlabels":["cat"]}', 'polygonlabels')].join(',')}]}]},{"data":{}},4]`;
    expect(await findingsOf('label-studio', { 'a.json': task })).toEqual([
      ['invalid-box', 'a.json', '/0/annotations/0/result/0/value'],
      ['no-class', 'a.json', '/0/annotations/0/result/1/value'],
      ['invalid-polygon', 'a.json', '/0/annotations/0/result/2/value/points'],
      ['required', 'a.json', '/1/data'],
      ['required', 'a.json', '/2/data'],
    ]);
    expect((await refusalOf('label-studio', { 'a.json': '[{"data": NaN}]' })).findings[0]).toMatchObject({ entry: 'a.json', pointer: '/0/data' });
    const labelme = '{"imagePath":"a.jpg","imageHeight":9,"imageWidth":9,"shapes":[{"label":"","points":[]},{"label":"cat","points":[[1,2],[3]]},{"label":"cat","points":[[1,2],[1,2]],"shape_type":"rectangle"}]}';
    expect(await findingsOf('labelme', { 'a.json': labelme })).toEqual([
      ['no-class', 'a.json', '/shapes/0/label'],
      ['invalid-shape', 'a.json', '/shapes/1/points'],
      ['invalid-box', 'a.json', '/shapes/2/points'],
    ]);
  });
});

describe('hostile YOLO', () => {
  it('lines are told by their number', async () => {
    const lines = ['0 .5 .5 .2 .2', '-1 .5 .5 .2 .2', '0 nan .5 .2 .2', '0 0x1 .5 .2 .2', '7 .5 .5 .2 .2', '0 .1 .2 .3', 'x'];
    const { notes } = await readAll(codecOf('yolo'), treeOf({ 'labels/a.txt': lines.join('\n'), 'data.yaml': 'names: [cat]' }));
    expect(notes.findings.errors.map(({ message }) => message.split(':')[0])).toEqual(['Line 2', 'Line 3', 'Line 4', 'Line 6', 'Line 7', 'Line 2']);
  });

  it('a YAML that grows is refused', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 8 }, (_, n) => `${'bcdefghi'[n]}: &${'bcdefghi'[n]} [${Array(9).fill(`*${'abcdefgh'[n]}`).join(',')}]`).join('\n')}\nnames: *i\n`;
    expect((await refusalOf('yolo', { 'data.yaml': bomb, 'labels/a.txt': '0 .5 .5 .2 .2' })).findings[0]).toMatchObject({ code: 'yaml-syntax', entry: 'data.yaml' });
  });

  it('a class number of a billion makes no list of a billion names', async () => {
    const { notes } = await readAll(codecOf('yolo'), treeOf({ 'labels/a.txt': '1000000000 .5 .5 .2 .2', 'data.yaml': 'names: {999999999: cat, 0: dog}' }));
    expect(notes.classes.list.map(({ name }) => name)).toEqual(['dog']);
    expect(notes.findings.errorsTotal).toBe(1);
  });
});

describe('hostile CVAT', () => {
  const image = (shapes: string): string => `<annotations><image id="0" name="a.jpg" width="100" height="100">${shapes}</image></annotations>`;
  it('masks that do not fit are told, and cost nothing', async () => {
    const shapes = [
      '<mask label="cat" rle="1, 1" left="0" top="0" width="99999999" height="99999999"/>',
      '<mask label="cat" rle="5, 5" left="95" top="0" width="10" height="1"/>',
      '<mask label="cat" rle="-1, 11" left="0" top="0" width="10" height="1"/>',
      '<mask label="cat" rle="4, 5" left="0" top="0" width="10" height="1"/>',
      '<polygon label="cat" points="1,2;3,4;nan,5"/>',
      '<box label="cat" xtl="1" ytl="1" xbr="9" ybr="9" rotation="30"/>',
      '<mask label="cat" rle="4, 6" left="0" top="0" width="10" height="1"/>',
    ];
    const { notes, images } = await readAll(codecOf('cvat'), treeOf({ 'a.xml': image(shapes.join('')) }));
    expect(notes.findings.errors.map(({ code }) => code)).toEqual(['invalid-rle', 'invalid-rle', 'invalid-rle', 'invalid-rle', 'invalid-polygon', 'unsupported-shape']);
    expect(images[0]?.objectsIn(SIZE)).toHaveLength(1);
  });
});

describe('more than memory should hold of one image', () => {
  const repeated = (head: string, one: string, tail: string, times: number): Record<string, string> => ({ 'a.json': `${head}${Array<string>(times).fill(one).join(',')}${tail}` });
  it.each([
    ['annotations in COCO', 'coco', repeated('{"images":[{"id":1,"file_name":"a.jpg"}],"categories":[{"id":1,"name":"c"}],"annotations":[', '{"image_id":1,"category_id":1}', ']}', 100_001)],
    ['shapes in labelme', 'labelme', repeated('{"imagePath":"a.jpg","shapes":[', '{"label":"c","points":[]}', ']}', 100_001)],
    ['elements in XML', 'voc', { 'a.xml': `<annotation><filename>a.jpg</filename>${'<x/>'.repeat(500_001)}</annotation>` }],
  ] as const)('is refused: %s', async (_, format, files) => {
    const big = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
    const error: unknown = await readAll(codecOf(format), new SourceTree(Object.entries(big).map(([path, bytes]) => fileOf(path, bytes, 1 << 20)))).then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'too-large', findings: [{ code: 'too-many', entry: Object.keys(files)[0] }] });
  });
});

describe('what a file is', () => {
  it('is said to be unknown when it is', async () => {
    const all: readonly Record<string, string>[] = [{ 'a.json': '{"a":1}' }, { 'a.xml': '<svg/>' }, { 'a.bin': 'x' }, {}];
    for (const files of all) await expect(recognise(treeOf(files))).rejects.toMatchObject({ code: 'validation-failed', findings: [{ code: 'unknown-format' }] });
  });

  it('is known by its beginning', async () => {
    const known: Record<string, Record<string, string>> = {
      dice: { 'annotations.json': '{"format_version":"1.0","task_type":"det","images":[]}' },
      coco: { 'result.json': '{"images":[],"annotations":[],"categories":[]}' },
      'label-studio': { 'a.json': '[{"id":1,"data":{"image":"a.jpg"},"annotations":[]}]' },
      labelme: { 'a.json': '{"version":"5.0","flags":{},"shapes":[]}' },
      cvat: { 'a.xml': '<?xml version="1.0"?><annotations><version>1.1</version></annotations>' },
      yolo: { 'labels/a.txt': '0 0.5 0.5 0.1 0.1' },
    };
    for (const [name, files] of Object.entries(known)) expect((await recognise(treeOf(files))).name).toBe(name);
  });
});
