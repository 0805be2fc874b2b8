import type { Editor } from '../../editor/editor.js';
import { PolygonIdle } from '../../tools/polygon/polygon-idle.js';
import type { ToolHost } from '../../tools/tool.js';
import type { MaskSession } from '../mask-session.js';
import { BrushIdle } from './brush-idle.js';
import { BrushSettings } from './brush-settings.js';
import { FillIdle } from './fill-idle.js';
import type { MaskToolHost } from './mask-host.js';
import { RingHost } from './ring-host.js';

/** Gives an editor of semantic masks its tools; its polygon fills pixels. Returns the brush, for its size. */
export function registerMaskTools(editor: Editor, session: MaskSession): BrushSettings {
  const brush = new BrushSettings();
  const maskOf = (host: ToolHost, erases = false): MaskToolHost => ({ host, session, brush, erases });
  editor.tools.register('brush', (host) => new BrushIdle(maskOf(host)));
  editor.tools.register('eraser', (host) => new BrushIdle(maskOf(host, true)));
  editor.tools.register('fill', (host) => new FillIdle(maskOf(host)));
  editor.tools.register('polygon', (host) => new PolygonIdle(new RingHost(maskOf(host))));
  return brush;
}
