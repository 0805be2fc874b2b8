import { expect } from 'vitest';
import type { JsonObject } from '../model/label-object.js';
import { ImageSaver } from './image-saver.js';
import { objectCodec } from './label-codec.js';
import type { LabelEdit } from './label-state.js';
import type { KeptEdit, SaveState } from './save-types.js';
import type { FakeLabelApi } from './testing-api.js';

export const body = (classId: number, more: JsonObject = {}): JsonObject => ({ class_id: classId, source: 'manual', note: 'kept', ...more });

/** One browser tab: what it shows, what it kept on the device, and what it told of its state. */
export class Tab {
  shown: LabelEdit;
  kept: KeptEdit | null = null;
  /** What was kept when each request left. */
  readonly states: SaveState[] = [];
  readonly saver: ImageSaver;
  private keys = 0;

  constructor(
    readonly api: FakeLabelApi,
    start?: KeptEdit,
    private readonly name = 'tab',
  ) {
    this.saver = new ImageSaver(1, start ?? objectCodec.read(api.document()), {
      send: (request) => {
        expect(this.kept?.attempt?.key, 'kept before it is sent').toBe(request.key);
        return api.send(request);
      },
      codec: objectCodec,
      newKey: () => `${this.name}-${(this.keys += 1)}`,
      keep: async (kept) => {
        await Promise.resolve();
        this.kept = kept;
      },
      onLabels: (labels) => (this.shown = labels),
      onStatus: ({ state }) => this.states.push(state),
      random: () => 1,
    });
    this.shown = this.saver.labels;
  }

  set(id: string, object: JsonObject | null): this {
    const objects = new Map(this.shown.objects);
    if (object === null) objects.delete(id);
    else objects.set(id, object);
    this.shown = { ...this.shown, objects };
    this.saver.change(this.shown);
    return this;
  }
  get state(): SaveState {
    return this.saver.status.state;
  }
  get objects(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries(this.shown.objects);
  }
}
