import type { ClassNotes } from '../class-notes.js';
import { childOf, childrenOf, textOf, type XmlElement } from '../text/xml-element.js';

const COLOR = /^#[0-9a-f]{6}$/i;

/** The labels of `meta`: colours, and the points of skeletons, which are labels with a parent. */
export class CvatLabels {
  /** Names of the points of each skeleton, in their order. */
  readonly points = new Map<string, string[]>();

  take(meta: XmlElement, classes: ClassNotes): void {
    const labels = labelsIn(meta);
    for (const label of labels) {
      const parent = textOf(label, 'parent');
      if (parent === '') continue;
      const points = this.points.get(parent) ?? [];
      points.push(textOf(label, 'name'));
      this.points.set(parent, points);
    }
    for (const label of labels) if (textOf(label, 'parent') === '') this.declare(label, classes);
  }

  private declare(label: XmlElement, classes: ClassNotes): void {
    const [name, color] = [textOf(label, 'name'), textOf(label, 'color')];
    if (name === '') return;
    const keypoints = this.points.get(name);
    classes.declare(name, { ...(COLOR.test(color) ? { color } : {}), ...(keypoints === undefined ? {} : { details: { keypoints } }) });
  }
}

/** Under meta/task or meta/project, in older files under meta itself. */
function labelsIn(meta: XmlElement): readonly XmlElement[] {
  for (const holder of [childOf(meta, 'task'), childOf(meta, 'project'), childOf(meta, 'job'), meta]) {
    const labels = childrenOf(childOf(holder, 'labels'), 'label');
    if (labels.length > 0) return labels;
  }
  return [];
}
