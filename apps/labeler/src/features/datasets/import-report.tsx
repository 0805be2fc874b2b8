import { Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportReport } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { Facts, Stats } from '../../ui/facts.js';
import FindingsTable from '../../ui/findings-table.js';

/** What a file of labels would do: images, objects, classes, and everything that is odd about it. */
export function ImportReportView({ report, fileName }: { readonly report: ImportReport; readonly fileName: string }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { images } = report;
  const targetOf = (target: ImportReport['classes'][number]['target']): string => {
    if (target === null) return t('imports.target.none');
    return typeof target === 'number' ? t('imports.target.same') : t(`imports.target.${target}`);
  };
  const findings = [...report.errors, ...report.warnings];
  return (
    <Stack gap="sm" role="status">
      <Text size="sm">{t(`exports.formats.${report.format}`)}</Text>
      <Stats
        items={[
          { label: t('imports.matched'), value: format.count(images.matched) },
          { label: t('imports.unknown'), value: format.count(images.unknown) },
          { label: t('imports.withoutLabels'), value: format.count(images.without_labels) },
          { label: t('imports.objects'), value: format.count(report.objects) },
        ]}
      />
      {report.classes.length > 0 && <Facts columns items={report.classes.map((one) => ({ label: one.name, value: `${format.count(one.count)} · ${targetOf(one.target)}` }))} />}
      {findings.length > 0 && <FindingsTable findings={findings} total={report.errors_total + report.warnings.length} fileName={fileName} tone={report.errors.length > 0 ? 'bad' : 'warn'} />}
    </Stack>
  );
}
