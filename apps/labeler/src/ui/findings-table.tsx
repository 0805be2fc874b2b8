import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Finding } from '../api/types.js';
import { saveAsFile } from './clipboard.js';
import { CopyButton } from './copy-button.js';
import { Icon } from './icons.js';
import classes from './findings-table.module.css';

interface FindingsTableProps {
  readonly findings: readonly Finding[];
  /** How many there were on the server, where the list was cut. */
  readonly total: number;
  readonly fileName: string;
  /** `warn` where the file was accepted all the same. */
  readonly tone?: 'bad' | 'warn';
}

/** A thousand rows in one table would make the page slow; the filter and the JSON have them all. */
const ROWS_AT_ONCE = 200;
/** With fewer, a filter is only in the way. */
const FILTER_FROM = 8;

/** Everything that is wrong with a file: what, where and what to do; also as JSON for whoever made the file. */
export default function FindingsTable({ findings, total, fileName, tone = 'bad' }: FindingsTableProps): ReactElement {
  const { t } = useTranslation();
  const [filter, setFilter] = useState('');
  const [limit, setLimit] = useState(ROWS_AT_ONCE);
  const json = useMemo(() => JSON.stringify(findings, null, 2), [findings]);
  const matching = useMemo(() => findings.filter((one) => matches(one, filter.trim().toLowerCase())), [findings, filter]);
  const hasHints = findings.some((one) => one.hint !== undefined);
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-end">
        <Text fw={600}>
          {tone === 'bad' && t('findings.count', { count: total })}
          {total > findings.length && (
            <Text span size="sm" c="dimmed" fw={400} ml="xs">
              {t('findings.cut', { shown: findings.length, total })}
            </Text>
          )}
        </Text>
        <Group gap="xs">
          <CopyButton size="xs" text={json} label={t('findings.copyJson')} />
          <Button size="xs" variant="default" leftSection={<Icon name="download" size={16} />} onClick={() => saveAsFile(`${fileName.replace(/\.zip$/i, '')}-findings.json`, json, 'application/json')}>
            {t('findings.downloadJson')}
          </Button>
        </Group>
      </Group>
      {findings.length >= FILTER_FROM && <TextInput aria-label={t('findings.filter')} placeholder={t('findings.filter')} leftSection={<Icon name="search" size={16} />} value={filter} onChange={(event) => setFilter(event.currentTarget.value)} />}
      <div className={classes.scroll} tabIndex={0} role="group" aria-label={t('findings.title', { name: fileName })}>
        <Table className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('findings.message')}</Table.Th>
              <Table.Th>{t('findings.where')}</Table.Th>
              {hasHints && <Table.Th>{t('findings.hint')}</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {matching.slice(0, limit).map((one, index) => (
              <Table.Tr key={index}>
                <Table.Td lang="en">
                  {one.message}
                  <span className={classes.code} data-tone={tone}>
                    {one.code}
                  </span>
                </Table.Td>
                <Table.Td className={classes.where}>
                  {one.entry !== undefined && <div>{one.entry}</div>}
                  {one.pointer !== undefined && <div>{one.pointer}</div>}
                </Table.Td>
                {hasHints && <Table.Td lang="en">{one.hint}</Table.Td>}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {matching.length === 0 && (
          <Text c="dimmed" ta="center" py="md">
            {t('findings.noMatch')}
          </Text>
        )}
      </div>
      {matching.length > limit && (
        <Button variant="default" onClick={() => setLimit(limit + ROWS_AT_ONCE)}>
          {t('common.more')}
        </Button>
      )}
    </Stack>
  );
}

function matches(finding: Finding, filter: string): boolean {
  if (filter === '') return true;
  return [finding.code, finding.message, finding.entry, finding.pointer, finding.hint].some((part) => part?.toLowerCase().includes(filter) === true);
}
