import { Table, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '../../../ui/panel.js';
import styles from './add-images.module.css';
import type { UploadItem } from './upload-item.js';

/** More rows than this say no more. */
const SHOWN = 200;

/** Every file that is not in, and why. */
export function FailureList({ items }: { readonly items: readonly UploadItem[] }): ReactElement {
  const { t } = useTranslation();
  return (
    <Panel title={t('addImages.failures')} flush>
      <div className={styles.failures} tabIndex={0} role="group" aria-label={t('addImages.failures')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('addImages.file')}</Table.Th>
              <Table.Th>{t('addImages.why')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.slice(0, SHOWN).map((item) => (
              <Table.Tr key={item.path}>
                <Table.Td className={styles.path}>{item.path}</Table.Td>
                <Table.Td>{item.reason ?? t(`addImages.reasons.${item.refusal ?? 'lost'}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {items.length > SHOWN && (
        <Text size="sm" c="dimmed" p="sm">
          {t('addImages.more', { shown: SHOWN, total: items.length })}
        </Text>
      )}
    </Panel>
  );
}
