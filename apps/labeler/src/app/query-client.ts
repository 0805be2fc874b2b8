import { QueryClient } from '@tanstack/react-query';
import { Problem } from '../api/problem.js';

const TRIES = 3;

/** A refusal stays a refusal; only what may pass by itself is tried again. */
export const mayPass = (error: unknown): boolean => error instanceof Problem && (error.status === 0 || error.status === 503 || error.status === 429);

export const queryClient = new QueryClient({
  defaultOptions: {
    // `always`: without a network the page says so at once; the default would wait without a word.
    queries: { networkMode: 'always', staleTime: 10_000, retry: (failures, error) => failures < TRIES - 1 && mayPass(error) },
    mutations: { networkMode: 'always', retry: false },
  },
});
