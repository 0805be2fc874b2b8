import { useSyncExternalStore } from 'react';
import { session } from '../api/session.js';
import type { User } from '../api/types.js';

/** The user of the session; null while nobody is logged in. */
export function useUser(): User | null {
  const state = useSyncExternalStore(session.subscribe, session.state);
  return state.kind === 'in' ? state.user : null;
}
