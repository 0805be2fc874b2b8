import { Group, NumberInput, Radio, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../ui/notice.js';
import { isDealt, METHODS, SHARES, sumOf, type SplitForm } from './split-rule.js';

const GROUP_EXAMPLE = '{group}_*.jpg';
const LARGEST_SEED = 2_147_483_647;

interface FieldsProps {
  readonly form: SplitForm;
  readonly onChange: (form: SplitForm) => void;
  readonly children: ReactNode;
}

/** Method, shares, seed and groups; what a method does stands beside it. */
export function SplitFields({ form, onChange, children }: FieldsProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Stack>
      <Radio.Group label={t('splits.rule')} value={form.method} onChange={(value) => onChange({ ...form, method: METHODS.find((one) => one === value) ?? form.method })}>
        <Stack gap={8} mt={6}>
          {METHODS.map((one) => (
            <Radio key={one} value={one} label={t(`splits.methods.${one}`)} description={t(`splits.methodHints.${one}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {isDealt(form) && <DealtFields form={form} onChange={onChange} />}
      {children}
    </Stack>
  );
}

function DealtFields({ form, onChange }: Omit<FieldsProps, 'children'>): ReactElement {
  const { t } = useTranslation();
  const sum = sumOf(form);
  return (
    <>
      <Group align="flex-end" role="group" aria-label={t('splits.ratio')}>
        {SHARES.map((share) => (
          <NumberInput
            key={share}
            w={130}
            label={t('splits.share', { split: t(`dataset.split.${share}`) })}
            min={share === 'test' ? 0 : 1}
            max={99}
            allowDecimal={false}
            value={form.percent[share]}
            onChange={(value) => onChange({ ...form, percent: { ...form.percent, [share]: Number(value) } })}
          />
        ))}
      </Group>
      {sum !== 100 && <Notice tone="bad">{t('splits.sum', { sum })}</Notice>}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberInput label={t('splits.seed')} description={t('splits.seedHint')} min={0} max={LARGEST_SEED} allowDecimal={false} value={form.seed} onChange={(value) => onChange({ ...form, seed: Number(value) })} />
        <TextInput label={t('splits.group')} description={t('splits.groupHint', { example: GROUP_EXAMPLE })} maxLength={200} value={form.group} onChange={(event) => onChange({ ...form, group: event.currentTarget.value })} />
      </SimpleGrid>
    </>
  );
}
