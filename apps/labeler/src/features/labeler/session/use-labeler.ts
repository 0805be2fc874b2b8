import { createContext, useContext, useSyncExternalStore } from 'react';
import type { EditorView } from '../../../engine/index.js';
import type { ImageItem } from '../../../api/types.js';
import type { LabelerSession, SessionView } from './labeler-session.js';

export const LabelerContext = createContext<LabelerSession | null>(null);

export function useLabeler(): LabelerSession {
  const session = useContext(LabelerContext);
  if (session === null) throw new Error('This part belongs into the labeler.');
  return session;
}

export function useEditorView(): EditorView {
  const { editor } = useLabeler();
  return useSyncExternalStore(editor.subscribe, editor.view);
}
export function useSessionView(): SessionView {
  const session = useLabeler();
  return useSyncExternalStore(session.subscribe, session.view);
}
export function useImages(): readonly ImageItem[] {
  const { order } = useLabeler();
  return useSyncExternalStore(order.subscribe, order.items);
}
