import { ActionIcon, Menu, SegmentedControl, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES } from '../i18n/languages.js';
import { chooseLanguage } from '../i18n/setup.js';
import { useLanguage } from '../i18n/use-format.js';
import { Icon, type IconName } from '../ui/icons.js';

const SCHEMES: readonly { readonly value: MantineColorScheme; readonly icon: IconName }[] = [
  { value: 'light', icon: 'sun' },
  { value: 'dark', icon: 'moon' },
  { value: 'auto', icon: 'auto' },
];

/** Language and appearance as two small menus. */
export function PreferenceMenus(): ReactElement {
  const { t } = useTranslation();
  const language = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={36} aria-label={t('language.label')}>
            <Icon name="globe" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {LANGUAGES.map((one) => (
            <Menu.Item key={one} lang={one} leftSection={<Icon name={one === language ? 'check' : 'globe'} size={16} />} onClick={() => void chooseLanguage(one)} aria-current={one === language}>
              {t(`language.${one}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={36} aria-label={t('theme.label')}>
            <Icon name={SCHEMES.find((one) => one.value === colorScheme)?.icon ?? 'auto'} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {SCHEMES.map(({ value, icon }) => (
            <Menu.Item key={value} leftSection={<Icon name={icon} size={16} />} rightSection={value === colorScheme ? <Icon name="check" size={16} /> : undefined} onClick={() => setColorScheme(value)} aria-current={value === colorScheme}>
              {t(`theme.${value}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** The same choices, open: for the account page. */
export function PreferenceControls(): ReactElement {
  const { t } = useTranslation();
  const language = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
      <SegmentedControl aria-label={t('language.label')} value={language} onChange={(value) => void chooseLanguage(value === 'ko' ? 'ko' : 'en')} data={LANGUAGES.map((one) => ({ value: one, label: t(`language.${one}`) }))} />
      <SegmentedControl
        aria-label={t('theme.label')}
        value={colorScheme}
        onChange={(value) => setColorScheme(SCHEMES.find((one) => one.value === value)?.value ?? 'auto')}
        data={SCHEMES.map(({ value }) => ({ value, label: t(`theme.${value}`) }))}
      />
    </>
  );
}
