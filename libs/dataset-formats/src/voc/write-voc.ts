import type { FormatWriter, WriteReport, WrittenFile } from '../format-codec.js';
import type { ExportedDataset, ExportedImage, FormatObject } from '../model.js';
import { textOfValue } from '../text/scalar-text.js';
import { insideImages, stemOf, UniqueStems } from '../text/unique-stems.js';
import { xmlText } from '../text/xml-writer.js';

/** `JPEGImages/`, `Annotations/` with an XML an image that was looked at, `ImageSets/Main/` with a list a split. */
export function vocWriter(dataset: ExportedDataset, report: WriteReport): FormatWriter {
  return {
    imagePaths,
    async *files(): AsyncIterable<WrittenFile> {
      const pathOf = imagePaths();
      for await (const image of dataset.images()) {
        const name = pathOf(image).slice(FOLDER.length);
        if (name !== insideImages(image.fileName)) report.lose('file-renamed', image.fileName);
        if (image.status !== 'unlabeled') yield { name: `Annotations/${stemOf(name)}.xml`, kind: 'whole', text: xmlOf(image, name) };
      }
      for (const split of ['train', 'val', 'test'] as const) yield { name: `ImageSets/Main/${split}.txt`, kind: 'streamed', open: () => stemsOf(dataset, split) };
    },
  };
}

const FOLDER = 'JPEGImages/';

/** Stems are known by their base name: two folders cannot hold the same. */
function imagePaths(): (image: Pick<ExportedImage, 'id' | 'fileName'>) => string {
  const stems = new UniqueStems();
  return ({ fileName, id }) => FOLDER + stems.path(insideImages(fileName).replaceAll('/', '_'), id);
}

async function* stemsOf({ heads }: ExportedDataset, split: string): AsyncIterable<string> {
  const pathOf = imagePaths();
  for await (const image of heads()) {
    const path = pathOf(image);
    if (image.split === split) yield `${stemOf(path.slice(FOLDER.length))}\n`;
  }
}

function xmlOf({ width, height, depth, objects }: ExportedImage, name: string): string {
  const head = `<annotation>\n  <folder>JPEGImages</folder>\n  <filename>${xmlText(name)}</filename>\n  <size><width>${width}</width><height>${height}</height><depth>${depth}</depth></size>\n  <segmented>0</segmented>\n`;
  return `${head}${objects.map(objectXml).join('')}</annotation>\n`;
}

function objectXml({ className, bbox, attributes = {} }: FormatObject): string {
  if (bbox === undefined) return '';
  const [x, y, width, height] = bbox;
  const flag = (name: string): string => `<${name}>${attributes[name] === true ? 1 : 0}</${name}>`;
  const own = Object.entries(attributes).flatMap(([key, value]) => {
    const text = textOfValue(value);
    return text === undefined ? [] : [`<attribute><name>${xmlText(key)}</name><value>${xmlText(text)}</value></attribute>`];
  });
  const more = own.length === 0 ? '' : `<attributes>${own.join('')}</attributes>`;
  const box = `<bndbox><xmin>${x}</xmin><ymin>${y}</ymin><xmax>${x + width}</xmax><ymax>${y + height}</ymax></bndbox>`;
  return `  <object><name>${xmlText(className)}</name><pose>Unspecified</pose>${flag('truncated')}${flag('difficult')}${flag('occluded')}${box}${more}</object>\n`;
}
