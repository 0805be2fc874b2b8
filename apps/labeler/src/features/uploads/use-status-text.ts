import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Formatter } from '../../i18n/format.js';
import { useFormat } from '../../i18n/use-format.js';
import { useProblemText } from '../../ui/use-problem-text.js';
import { figuresOf, type UploadItem } from './upload-machine.js';

/** Where a file is on its way, in one line. */
export function useStatusText(item: UploadItem): string {
  const { t } = useTranslation();
  const format = useFormat();
  const problemText = useProblemText();
  const why = item.problem === null ? '' : problemText(item.problem);
  switch (item.phase) {
    case 'sending':
      return sendingText(item, t, format);
    case 'checking':
      return item.totalEntries === null ? t('upload.checkingUnknown') : t('upload.checking', { n: item.checkedEntries, total: item.totalEntries });
    case 'refused':
      return item.problem?.errorsTotal ? t('upload.refused', { count: item.problem.errorsTotal }) : why;
    case 'failed':
      return why;
    case 'waiting':
    case 'done':
    case 'cancelled':
      return t(`upload.${item.phase}`);
  }
}

function sendingText(item: UploadItem, t: TFunction, format: Formatter): string {
  const { bytesPerSecond, secondsLeft } = figuresOf(item);
  const sent = t('upload.sending', { sent: format.bytes(item.sentBytes), total: format.bytes(item.totalBytes) });
  if (bytesPerSecond === null || secondsLeft === null) return sent;
  return `${sent} · ${t('upload.rateAndLeft', { rate: format.bytesPerSecond(bytesPerSecond), left: format.duration(secondsLeft) })}`;
}
