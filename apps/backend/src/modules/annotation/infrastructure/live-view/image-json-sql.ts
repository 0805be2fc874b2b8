import type { TaskType } from '@app/dice-format';

export interface ImageJsonOptions {
  readonly taskType: TaskType;
  readonly multiLabel: boolean;
  readonly numClasses: number;
  /** An SQL literal: JSON object from class id to `classText`, so that an object needs one look-up. */
  readonly classTexts: string;
}

/** How the JSON of an object of a class begins. */
export const classText = ({ id, name }: { readonly id: number; readonly name: string }): string => `{"class_id":${id},"class_name":${JSON.stringify(name)}`;

/** Derived numbers are rounded: a product of two coordinates has twice their digits. */
const rounded = (expression: string): string => `trim_scale(round(${expression}, 4))::text`;

/** Numeric: no coordinate can overflow it. */
const BOX_AREA = `(o->'bbox'->2)::numeric * (o->'bbox'->3)::numeric`;
/** Shoelace area of all rings, or the pixels of a run-length mask, whose runs begin with the background. */
const SEGMENTATION_AREA = `case jsonb_typeof(o->'segmentation')
  when 'array' then (
    select coalesce(sum(abs(twice)) / 2, 0) from jsonb_array_elements(o->'segmentation') as ring, lateral (select jsonb_array_length(ring) as n) as l, lateral (
      select sum((ring->(2 * k))::numeric * (ring->((2 * k + 3) % n))::numeric - (ring->((2 * k + 2) % n))::numeric * (ring->(2 * k + 1))::numeric) as twice
      from generate_series(0, n / 2 - 1) as k) as shoelace)
  when 'object' then (select coalesce(sum(count::numeric), 0) from jsonb_array_elements_text(o->'segmentation'->'counts') with ordinality as runs (count, place) where place % 2 = 0)
  else ${BOX_AREA} end`;

const SHAPES: Readonly<Record<TaskType, { readonly area: string; readonly more: string }>> = {
  image_classification: { area: '', more: '' },
  semantic_segmentation: { area: '', more: '' },
  object_detection: { area: BOX_AREA, more: '' },
  instance_segmentation: { area: SEGMENTATION_AREA, more: `||coalesce(',"segmentation":'||(o->>'segmentation'), '')` },
  pose_estimation: {
    area: BOX_AREA,
    more: `||coalesce(',"keypoints":'||(o->>'keypoints')||',"num_keypoints":'||(
      select count(*) from jsonb_array_elements(o->'keypoints') with ordinality as points (value, place) where place % 3 = 0 and value <> '0'), '')`,
  },
};

const orDefault = (field: string, fallback: string): string => `coalesce(',"${field}":'||(o->>'${field}'), ',"${field}":${fallback}')`;
/** Most objects have no field that differs from its default; to ask for that is cheaper than to put the defaults together. */
const DEFAULTED = `case when o ? 'confidence' or o ? 'iscrowd' or o ? 'attributes' then ${orDefault('confidence', '1')}||${orDefault('iscrowd', '0')}||${orDefault('attributes', '{}')} else ',"confidence":1,"iscrowd":0,"attributes":{}' end`;

/** The JSON of one object `o`, as bodyOfLive and withDerivedFields of libs/dice-format make it. Never null. */
function objectJson({ taskType, classTexts }: ImageJsonOptions): string {
  const named = `coalesce(${classTexts}::jsonb->>(o->>'class_id'), '{"class_id":'||(o->>'class_id')||',"class_name":null')`;
  if (taskType === 'image_classification') return `${named}||${orDefault('confidence', '1')}||'}'`;
  const { area, more } = SHAPES[taskType];
  return `${named}||',"id":'||(o->>'number')||',"bbox":'||(o->>'bbox')||',"bbox_format":"xywh","area":'||${rounded(area)}||${DEFAULTED}${more}||'}'`;
}

function bodyJson(options: ImageJsonOptions): string {
  const { taskType, multiLabel, numClasses } = options;
  if (taskType === 'semantic_segmentation') {
    const file = `"mask_file":"masks/'||lpad(number::text, greatest(6, length(number::text)), '0')||'.png"`;
    return `case when objects = '[]' then ',"annotation":null' else ',"annotation":{${file},"mask_format":"indexed_png","num_classes":${numClasses}}' end`;
  }
  if (taskType === 'image_classification' && !multiLabel) {
    return `',"annotation":'||coalesce((select ${objectJson(options)} from (select objects->0) as first (o) where o is not null), 'null')`;
  }
  return `case when objects = '[]' then ',"annotations":[]' else ',"annotations":['||(select string_agg(${objectJson(options)}, ',') from jsonb_array_elements(objects) as o)||']' end`;
}

const time = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const who = (verb: string): string => `coalesce(',"${verb}_by":"'||${verb}_by||'"', '')||coalesce(',"${verb}_at":"'||${time(`${verb}_at`)}||'"', '')`;

/** The element of `images[]` of a row, as one text without line breaks. */
export function imageJson(options: ImageJsonOptions): string {
  const facts = `'{"id":'||number||',"file_name":'||to_json(file_name)||',"width":'||width||',"height":'||height||',"depth":'||depth||',"split":'||coalesce('"'||split||'"', 'null')`;
  const metadata = `',"metadata":{"status":"'||status||'"'||case when no_object then ',"no_object":true' else '' end||${who('labeled')}||${who('reviewed')}||'}}'`;
  return `${facts}||${bodyJson(options)}||${metadata}`;
}

/** The line of a row in what the content hash is of: JSON.stringify of [file_name, sha256, width, height, split, status, no_object, labels_digest]. */
export function hashedLine(noLabels: string): string {
  const file = `'['||to_json(file_name)||',"'||encode(sha256, 'hex')||'",'||width||','||height||','||coalesce('"'||split||'"', 'null')`;
  return `${file}||',"'||status||'",'||case when no_object then 'true' else 'false' end||',"'||coalesce(encode(labels_digest, 'hex'), '${noLabels}')||'"]'`;
}
