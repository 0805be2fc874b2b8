import { Button, Table, Text } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DatasetClass } from '../../api/types.js';
import { useFormat } from '../../i18n/use-format.js';
import { safeColor } from './class-bar.js';
import classes from './class-table.module.css';

const SHOWN_FIRST = 12;

/** The classes with their colours; the bar is relative to the largest. */
export function ClassTable({ items }: { readonly items: readonly DatasetClass[] }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const [all, setAll] = useState(false);
  if (items.length === 0) {
    return (
      <Text c="dimmed" size="sm" p="sm">
        {t('dataset.noClasses')}
      </Text>
    );
  }
  const largest = Math.max(1, ...items.map((one) => one.count));
  const shown = all ? items : items.slice(0, SHOWN_FIRST);
  return (
    <>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('dataset.className')}</Table.Th>
            <Table.Th className={classes.number}>{t('dataset.classImages')}</Table.Th>
            <Table.Th className={classes.barCell}>
              <span className={classes.barHead}>{t('dataset.classShare')}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Td>
                <span className={classes.name}>
                  <span className={classes.swatch} style={{ background: safeColor(one.color) }} />
                  {one.name}
                </span>
              </Table.Td>
              <Table.Td className={classes.number}>{format.count(one.count)}</Table.Td>
              <Table.Td className={classes.barCell}>
                <span className={classes.bar}>
                  <span style={{ width: `${(one.count / largest) * 100}%`, background: safeColor(one.color) }} />
                </span>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {!all && items.length > SHOWN_FIRST && (
        <Button m="xs" size="compact-sm" variant="subtle" onClick={() => setAll(true)}>
          {t('dataset.allClasses', { count: items.length })}
        </Button>
      )}
    </>
  );
}
