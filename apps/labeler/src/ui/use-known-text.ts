import { useTranslation } from 'react-i18next';
import type { en } from '../i18n/en.js';

/** Groups of texts whose keys are words of the API, which may learn new ones before this page does. */
type OpenGroup = 'problem' | 'problemTitle' | 'model' | 'hyperZero' | 'condition' | 'failure' | 'phase' | 'metric' | 'hyper' | 'hyperHelp' | 'choice' | 'cleanUp' | 'modelFinding';

/** The text for a word of the API; null when this page has none for it. */
export function useKnownText(): (group: OpenGroup, word: string) => string | null {
  const { t, i18n } = useTranslation();
  return (group, word) => {
    // A word is one key, never a path into the texts.
    if (!/^[a-z0-9_+-]+$/i.test(word)) return null;
    const key = `${group}.${word}`;
    return i18n.exists(key) ? t(key as `problem.${keyof typeof en.problem & string}`) : null;
  };
}
