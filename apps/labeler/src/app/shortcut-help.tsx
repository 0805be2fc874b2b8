import { Kbd, Modal, Stack, Switch, Text } from '@mantine/core';
import { useEffect, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { shortcuts, useShortcuts, useShortcutsEnabled, type ShortcutCode } from '../ui/shortcuts.js';
import classes from './shortcut-help.module.css';

const OPEN_EVENT = 'vision:shortcut-help';
const KEYS: Readonly<Record<ShortcutCode, string>> = { KeyD: 'D', KeyT: 'T', KeyU: 'U', Slash: '/' };

/** For the menu: the help itself stands in the shell. */
export const openShortcutHelp = (): boolean => window.dispatchEvent(new Event(OPEN_EVENT));

/** The keys of the present page, opened by `?`; the place where they are switched off. */
export function ShortcutHelp(): ReactElement {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const enabled = useShortcutsEnabled();
  const items = useShortcuts();
  useKeys(() => setOpened(true));
  return (
    <Modal opened={opened} onClose={() => setOpened(false)} title={t('shortcuts.title')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack gap="md">
        <dl className={classes.list} data-off={!enabled}>
          {items.map((one) => (
            <div key={one.code}>
              <dt>
                <Kbd>{KEYS[one.code]}</Kbd>
              </dt>
              <dd>{one.label}</dd>
            </div>
          ))}
          <div>
            <dt>
              <Kbd>?</Kbd>
            </dt>
            <dd>{t('shortcuts.help')}</dd>
          </div>
        </dl>
        <Switch label={t('shortcuts.enable')} checked={enabled} onChange={(event) => shortcuts.enable(event.currentTarget.checked)} />
        <Text size="sm" c="dimmed">
          {t('shortcuts.hint')}
        </Text>
      </Stack>
    </Modal>
  );
}

function useKeys(open: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      // By the character, not the place: layouts differ in where the question mark is.
      if (event.key === '?' && shortcuts.mayPress(event)) open();
      else if (shortcuts.press(event)) event.preventDefault();
    };
    window.addEventListener('keydown', press);
    window.addEventListener(OPEN_EVENT, open);
    return () => {
      window.removeEventListener('keydown', press);
      window.removeEventListener(OPEN_EVENT, open);
    };
  });
}
