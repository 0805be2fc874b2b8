import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { makeFormatter, type Formatter } from './format.js';
import type { Language } from './languages.js';

export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === 'ko' ? 'ko' : 'en';
}

/** Numbers, sizes and times in the reader's language. */
export function useFormat(): Formatter {
  const language = useLanguage();
  return useMemo(() => makeFormatter(language), [language]);
}
