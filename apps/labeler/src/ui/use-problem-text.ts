import { useTranslation } from 'react-i18next';
import type { Problem } from '../api/problem.js';
import { useKnownText } from './use-known-text.js';

/** The cause in the reader's language; the server's own sentence stands beside it. */
export function useProblemText(): (problem: Problem) => string {
  const { t } = useTranslation();
  const known = useKnownText();
  return (problem) => known('problem', problem.code) ?? t('problem.other');
}
