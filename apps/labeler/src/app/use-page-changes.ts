import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, type RefObject } from 'react';
import { session } from '../api/session.js';

/** Back to the login when the session ends, by a logout or by itself; what was read is forgotten. */
export function useLeaveWhenEnded(ended: boolean): void {
  const navigate = useNavigate();
  const client = useQueryClient();
  const href = useRouterState({ select: (state) => state.location.href });
  useEffect(() => {
    if (!ended) return;
    client.clear();
    const state = session.state();
    const byChoice = state.kind === 'out' && state.byChoice;
    void navigate({ to: '/login', search: byChoice ? {} : { redirect: href, ended: true } });
  }, [ended, navigate, client, href]);
}

/** A screen reader goes on at the new page, not at the old link. */
export function useFocusOnNewPage(): RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}
