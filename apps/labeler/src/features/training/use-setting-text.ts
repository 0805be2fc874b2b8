import { useTranslation } from 'react-i18next';
import { useKnownText } from '../../ui/use-known-text.js';

interface SettingText {
  readonly nameOf: (name: string) => string;
  readonly valueOf: (name: string, value: number | string | boolean) => string;
}

/** Hyperparameters in words; a zero that means something is written as what it means. */
export function useSettingText(): SettingText {
  const { t } = useTranslation();
  const known = useKnownText();
  return {
    nameOf: (name) => known('hyper', name) ?? name.replaceAll('_', ' '),
    valueOf: (name, value) => {
      if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
      if (typeof value === 'string') return known('choice', value) ?? value;
      return (value === 0 ? known('hyperZero', name) : null) ?? String(value);
    },
  };
}
