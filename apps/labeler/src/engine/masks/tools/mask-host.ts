import type { ToolHost } from '../../tools/tool.js';
import type { MaskSession } from '../mask-session.js';
import { BACKGROUND, valueOfClass } from '../mask-values.js';
import type { BrushSettings } from './brush-settings.js';

/** What the tools of a mask work with. */
export interface MaskToolHost {
  readonly host: ToolHost;
  readonly session: MaskSession;
  readonly brush: BrushSettings;
  /** The eraser paints background. */
  readonly erases: boolean;
}

/** The label to paint; null where no class is chosen, or one that a mask cannot hold, which the page is told. */
export function valueToPaint({ host, erases }: MaskToolHost): number | null {
  if (erases) return BACKGROUND;
  const value = host.activeClass === null ? null : valueOfClass(host.activeClass.id);
  if (value === null) host.needClass();
  return value;
}
