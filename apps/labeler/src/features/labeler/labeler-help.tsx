import { Alert, Button, Group, Modal, SegmentedControl, Text } from '@mantine/core';
import { useState, type KeyboardEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ACTIONS, chordOf, chordText, clashesOf, isModifier, keymapOf, PRESETS, type ActionName } from '../../engine/index.js';
import classes from './labeler.module.css';
import { labelerSettings, useLabelerSettings } from './session/labeler-settings.js';

/** Every key, and a way to have another. */
export function LabelerHelp({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const { preset, keys } = useLabelerSettings();
  const [asking, setAsking] = useState<ActionName | null>(null);
  const keymap = keymapOf(preset, keys);
  const clashes = clashesOf(keymap);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (asking === null || isModifier(event.code)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.code !== 'Escape') labelerSettings.set({ keys: { ...keys, [asking]: [chordOf(event)] } });
    setAsking(null);
  };
  return (
    <Modal opened onClose={onClose} title={t('labeler.help.title')} closeButtonProps={{ 'aria-label': t('common.close') }} size="lg" closeOnEscape={asking === null}>
      <div onKeyDownCapture={onKeyDown}>
        <Group justify="space-between" mb="xs">
          <SegmentedControl size="xs" aria-label={t('labeler.help.preset')} value={preset} data={PRESETS.map((one) => ({ value: one, label: t(`labeler.help.presets.${one}`) }))} onChange={(value) => labelerSettings.set({ preset: PRESETS.find((one) => one === value) ?? 'default' })} />
          <Button size="compact-xs" variant="default" disabled={Object.keys(keys).length === 0} onClick={() => labelerSettings.set({ keys: {} })}>
            {t('labeler.help.reset')}
          </Button>
        </Group>
        {clashes.map(([chord, actions]) => (
          <Alert key={chord} color="orange" mb="xs" p="xs">
            {t('labeler.help.clash', { key: chordText(chord), actions: actions.map((one) => t(`labeler.action.${one}`)).join(', ') })}
          </Alert>
        ))}
        <Text size="xs" c="dimmed" mb="xs">
          {t('labeler.help.text')}
        </Text>
        <table className={classes.keys}>
          <tbody>
            {ACTIONS.map((action) => (
              <tr key={action}>
                <td>{t(`labeler.action.${action}`)}</td>
                <td>
                  {keymap[action].map((chord) => (
                    <kbd key={chord} className={classes.key} style={{ marginLeft: 4, padding: '1px 6px' }}>
                      {chordText(chord)}
                    </kbd>
                  ))}
                  <Button ml={8} size="compact-xs" variant="subtle" aria-label={t('labeler.help.changeOf', { action: t(`labeler.action.${action}`) })} onClick={() => setAsking(action)}>
                    {asking === action ? t('labeler.help.press') : t('labeler.help.change')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Modal>
  );
}
