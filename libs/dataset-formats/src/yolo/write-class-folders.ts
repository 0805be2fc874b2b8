import type { FormatWriter, WriteReport, WrittenFile } from '../format-codec.js';
import type { ExportedDataset } from '../model.js';
import { insideImages } from '../text/unique-stems.js';
import { UNASSIGNED } from './yolo-layout.js';

/** Names of folders on the systems that people unpack zips on. */
const NOT_IN_FOLDERS = /[/\\:*?"<>|]|^\.+$|[. ]$/g;
export const FOLDERS_FILE = 'classes.csv';

/** `train/cat/a.jpg`: the class of an image is where it lies. classes.csv says the same for exports without images. */
export function classFolderWriter(dataset: ExportedDataset, report: WriteReport): FormatWriter {
  const folderOf = (className: string): string => className.replace(NOT_IN_FOLDERS, '_');
  const imagePaths: FormatWriter['imagePaths'] = () => (image) => {
    const [first] = image.classNames;
    return first === undefined ? null : `${image.split ?? UNASSIGNED}/${folderOf(first)}/${insideImages(image.fileName)}`;
  };
  const lines = async function* (): AsyncIterable<string> {
    yield 'image,class,split\r\n';
    for await (const { fileName, objects, split } of dataset.images()) {
      if (objects[0] !== undefined) yield `${[insideImages(fileName), objects[0].className, split ?? ''].map(csvField).join(',')}\r\n`;
    }
  };
  return {
    imagePaths,
    async *files(): AsyncIterable<WrittenFile> {
      for await (const { fileName, objects } of dataset.images()) {
        if (objects.length === 0) report.lose('image-left-out', fileName);
        if (objects.length > 1) report.lose('several-labels', fileName);
      }
      yield { name: FOLDERS_FILE, kind: 'streamed', open: lines };
    },
  };
}

/** RFC 4180. */
const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
