import { Button, type ButtonProps } from '@mantine/core';
import { useEffect, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from './clipboard.js';
import { Icon } from './icons.js';

const SHOWN_MILLISECONDS = 2_000;

export function CopyButton({ text, label, ...rest }: ButtonProps & { readonly text: string; readonly label?: string }): ReactElement {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => setCopied(await copyText(text));
  return (
    <Button variant="default" leftSection={<Icon name={copied ? 'check' : 'copy'} size={16} />} onClick={() => void copy()} {...rest}>
      <span aria-live="polite">{copied ? t('common.copied') : (label ?? t('common.copy'))}</span>
    </Button>
  );
}
