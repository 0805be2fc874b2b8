import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icons.js';
import styles from './classes.module.css';
import type { useChangeClasses } from './use-change-classes.js';

/** One name after the other: the field keeps the focus. */
export function AddClass({ change }: { readonly change: ReturnType<typeof useChangeClasses> }): ReactElement {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') change.mutate({ kind: 'add', fields: { name: name.trim() } }, { onSuccess: () => setName('') });
  };
  return (
    <form onSubmit={submit} className={styles.add}>
      <TextInput className={styles.grow} label={t('classes.name')} description={t('classes.addHint')} maxLength={255} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Button type="submit" leftSection={<Icon name="plus" size={16} />} loading={change.isPending} disabled={name.trim() === ''}>
        {t('classes.add')}
      </Button>
    </form>
  );
}
