import { useSyncExternalStore } from 'react';
import { isRecord, PLAIN, PRESETS, type Keymap, type PresetName, type StageOptions } from '../../../engine/index.js';

/** How somebody likes his labeler; kept in this browser. */
export interface LabelerSettings {
  readonly stage: StageOptions;
  readonly preset: PresetName;
  /** Own keys over the preset's. */
  readonly keys: Readonly<Partial<Keymap>>;
  /** Suggestions of models below this score are not shown, 0 to 1. */
  readonly threshold: number;
}

const STORAGE_KEY = 'vision.labeler';
/** A first model is right about more than it is sure of: of the boxes of a model of 40 photos, 24 % were near enough from 0.5 on and 60 % from 0.3 (docs/models.md). */
const FIRST_THRESHOLD = 0.3;
const DEFAULTS: LabelerSettings = { stage: PLAIN, preset: 'default', keys: {}, threshold: FIRST_THRESHOLD };
const numberOf = (value: unknown, fallback: number): number => (typeof value === 'number' && value >= 0.2 && value <= 3 ? value : fallback);
const flagOf = (value: unknown, fallback: boolean): boolean => (typeof value === 'boolean' ? value : fallback);

/** Whatever stands in the storage, it becomes settings. */
export function readSettings(text: string | null): LabelerSettings {
  const kept = parsed(text);
  const stage = isRecord(kept['stage']) ? kept['stage'] : {};
  const keys = isRecord(kept['keys']) ? kept['keys'] : {};
  return {
    stage: {
      brightness: numberOf(stage['brightness'], PLAIN.brightness),
      contrast: numberOf(stage['contrast'], PLAIN.contrast),
      grid: flagOf(stage['grid'], PLAIN.grid),
      crosshair: flagOf(stage['crosshair'], PLAIN.crosshair),
      tags: flagOf(stage['tags'], PLAIN.tags),
    },
    preset: PRESETS.find((one) => one === kept['preset']) ?? DEFAULTS.preset,
    keys: Object.fromEntries(Object.entries(keys).filter(([, chords]) => Array.isArray(chords) && chords.every((one) => typeof one === 'string'))) as Partial<Keymap>,
    threshold: typeof kept['threshold'] === 'number' && kept['threshold'] >= 0 && kept['threshold'] <= 1 ? kept['threshold'] : DEFAULTS.threshold,
  };
}

function parsed(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

class SettingsStore {
  private current: LabelerSettings | null = null;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): LabelerSettings => (this.current ??= readSettings(stored()));
  set(change: Partial<LabelerSettings>): void {
    this.current = { ...this.get(), ...change };
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(this.current));
    } catch {
      // A browser without storage forgets the choice.
    }
    for (const listener of this.listeners) listener();
  }
}
function stored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

export const labelerSettings = new SettingsStore();
export const useLabelerSettings = (): LabelerSettings => useSyncExternalStore(labelerSettings.subscribe, labelerSettings.get);
