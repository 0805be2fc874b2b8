import type { SourceFile, SourceTree } from '../source-tree.js';
import { baseName } from '../text/unique-stems.js';

/** What the files of the COCO challenges are called after; another name may hold anything. */
const KINDS = ['instances', 'person_keypoints', 'labels', 'stuff'] as const;
/** They tell of things that no task of the platform has, or of nothing but images. */
const UNREAD = /^(captions|panoptic|image_info)_/;

export interface CocoFiles {
  readonly read: readonly SourceFile[];
  readonly left: readonly SourceFile[];
}

/** The label files of one kind: the same objects stand in several kinds, and reading two would double them. */
export function cocoFiles(source: SourceTree, firstKind: (typeof KINDS)[number] = 'instances'): CocoFiles {
  const all = source.withExtension('json').filter(({ path }) => baseName(path) !== 'export-report.json');
  const usable = all.filter(({ path }) => !UNREAD.test(baseName(path)));
  const named = (kind: string): SourceFile[] => usable.filter(({ path }) => baseName(path).startsWith(kind));
  const kind = [firstKind, ...KINDS].find((one) => named(one).length > 0);
  const read = kind === undefined ? usable : named(kind);
  return { read, left: all.filter((file) => !read.includes(file)) };
}
