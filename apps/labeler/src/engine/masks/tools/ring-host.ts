import type { Box, Point, Size } from '../../model/geometry.js';
import type { Geometry, LabelObject } from '../../model/label-object.js';
import type { ClassInfo, ToolHost } from '../../tools/tool.js';
import { valueToPaint, type MaskToolHost } from './mask-host.js';

/** For the polygon tool: what it draws becomes pixels and no object. */
export class RingHost implements ToolHost {
  constructor(private readonly mask: MaskToolHost) {}

  create(geometry: Geometry): LabelObject | null {
    const value = geometry.kind === 'polygon' ? valueToPaint(this.mask) : null;
    if (geometry.kind === 'polygon' && value !== null) this.mask.session.fillRings(geometry.rings, value);
    return null;
  }

  get image(): Size {
    return this.mask.host.image;
  }
  get activeClass(): ClassInfo | null {
    return this.mask.host.activeClass;
  }
  readonly selected: readonly LabelObject[] = [];
  reach(screenPixels: number): number {
    return this.mask.host.reach(screenPixels);
  }
  hits(point: Point): readonly LabelObject[] {
    return this.mask.host.hits(point);
  }
  isFree(): boolean {
    return false;
  }
  within(box: Box): readonly LabelObject[] {
    return this.mask.host.within(box);
  }
  select(ids: readonly string[]): void {
    this.mask.host.select(ids);
  }
  hover(id: string | null): void {
    this.mask.host.hover(id);
  }
  preview(objects: readonly LabelObject[]): void {
    this.mask.host.preview(objects);
  }
  commit(...step: Parameters<ToolHost['commit']>): void {
    this.mask.host.commit(...step);
  }
  needClass(): void {
    this.mask.host.needClass();
  }
}
