import { useEffect, useRef, useSyncExternalStore } from 'react';

/** A physical key: the same place on a Korean and on an English keyboard, whatever the input method writes. */
export type ShortcutCode = 'KeyD' | 'KeyT' | 'KeyU' | 'Slash';

export interface Shortcut {
  readonly code: ShortcutCode;
  /** What it does, in the reader's language. */
  readonly label: string;
  readonly run: () => void;
}

const STORAGE_KEY = 'vision.shortcuts';

/** Texts are typed there, and choices made: a single key must not lead away. */
const TYPING = 'input, textarea, select, [contenteditable="true"], [role="combobox"], [role="listbox"], [role="menu"], [role="dialog"]';

/** What the keys do on the present page; off where somebody types or composes, and wholly off on demand (WCAG 2.1.4). */
class Shortcuts {
  private list: readonly Shortcut[] = [];
  private on = readOn();
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly all = (): readonly Shortcut[] => this.list;
  readonly enabled = (): boolean => this.on;

  add(shortcut: Shortcut): () => void {
    this.list = [...this.list, shortcut];
    this.tell();
    return () => {
      this.list = this.list.filter((one) => one !== shortcut);
      this.tell();
    };
  }

  enable(on: boolean): void {
    this.on = on;
    try {
      localStorage.setItem(STORAGE_KEY, on ? 'on' : 'off');
    } catch {
      // A browser without storage forgets the choice.
    }
    this.tell();
  }

  /** True when the key did something. */
  press(event: KeyboardEvent): boolean {
    if (event.shiftKey || !this.mayPress(event)) return false;
    const found = this.list.find((one) => one.code === event.code);
    found?.run();
    return found !== undefined;
  }

  /** Whether a key is meant for the page at all: not for a text, a menu, the browser or an input method. */
  mayPress(event: KeyboardEvent): boolean {
    if (!this.on || event.defaultPrevented || event.isComposing || event.repeat) return false;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    return !(event.target instanceof Element) || event.target.closest(TYPING) === null;
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function readOn(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== 'off';
  } catch {
    return true;
  }
}

export const shortcuts = new Shortcuts();

/** Gives a key a meaning while the component is shown; it is listed in the help. */
export function useShortcut(code: ShortcutCode, label: string, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => shortcuts.add({ code, label, run: () => latest.current() }), [code, label]);
}

export const useShortcuts = (): readonly Shortcut[] => useSyncExternalStore(shortcuts.subscribe, shortcuts.all);
export const useShortcutsEnabled = (): boolean => useSyncExternalStore(shortcuts.subscribe, shortcuts.enabled);
