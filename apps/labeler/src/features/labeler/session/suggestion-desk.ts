import { http } from '../../../api/http.js';
import type { ImageSuggestion } from '../../../api/types.js';
import { readObject, type Editor, type JsonObject, type LabelObject } from '../../../engine/index.js';
import { labelerSettings } from './labeler-settings.js';

export interface SuggestionWire {
  /** What models propose for an image. */
  readonly load: (imageId: number) => Promise<readonly ImageSuggestion[]>;
  readonly reject: (imageId: number, ids: readonly string[]) => Promise<unknown>;
}

export function suggestionWire(datasetId: string): SuggestionWire {
  const path = (imageId: number): string => `datasets/${encodeURIComponent(datasetId)}/images/${imageId}/suggestions`;
  return {
    load: async (imageId) => (await http.get<{ items: readonly ImageSuggestion[] }>(path(imageId))).items,
    reject: (imageId, ids) => http.post(`${path(imageId)}/reject`, { ids }),
  };
}

/** Brings what models propose to the image that is open, and tells the server what a person does not want. What is taken over is saved as any other label. */
export class SuggestionDesk {
  private readonly stopWatching: () => void;
  private imageId: number | null = null;

  constructor(
    private readonly editor: Editor,
    private readonly wire: SuggestionWire,
    /** How what is proposed is read; null for what is none. */
    private readonly read: (json: JsonObject) => LabelObject | null = readObject,
  ) {
    const follow = (): void => {
      const { threshold } = labelerSettings.get();
      if (threshold !== editor.suggestions.threshold) editor.suggestions.threshold = threshold;
    };
    follow();
    this.stopWatching = labelerSettings.subscribe(follow);
  }

  /** Labels do not wait for it, and without it they can be made all the same. */
  async open(imageId: number): Promise<void> {
    this.imageId = imageId;
    const found = await this.wire.load(imageId).catch(() => []);
    if (this.imageId !== imageId || this.editor.document?.imageId !== imageId) return;
    // The server knows what overlaps with what was labeled before; the editor looks at what is labeled now.
    this.editor.suggestions.set(found.filter((one) => !one.duplicate).flatMap((one) => this.read(one.object as JsonObject) ?? []));
  }
  rejected(id: string): void {
    // One that stays because the network is away is shown again at the next visit.
    if (this.imageId !== null) void this.wire.reject(this.imageId, [id]).catch(() => undefined);
  }
  close(): void {
    this.imageId = null;
    this.stopWatching();
  }
}
