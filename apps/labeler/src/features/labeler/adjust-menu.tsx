import { ActionIcon, Button, Checkbox, Popover } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PLAIN } from '../../engine/index.js';
import { LabelerIcon } from './labeler-icons.js';
import classes from './labeler.module.css';
import { labelerSettings, useLabelerSettings } from './session/labeler-settings.js';

/** How the image is shown: only on this screen, never in the image. */
export function AdjustMenu(): ReactElement {
  const { t } = useTranslation();
  const { stage } = useLabelerSettings();
  const set = (change: Partial<typeof stage>): void => labelerSettings.set({ stage: { ...stage, ...change } });
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size={32} aria-label={t('labeler.adjust.title')}>
          <LabelerIcon name="adjust" />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <div className={classes.sliders}>
          {(['brightness', 'contrast'] as const).map((name) => (
            <label key={name} className={classes.range}>
              <span>
                {t(`labeler.adjust.${name}`)} {Math.round(stage[name] * 100)} %
              </span>
              <input type="range" min={20} max={300} step={5} value={Math.round(stage[name] * 100)} onChange={(event) => set({ [name]: event.currentTarget.valueAsNumber / 100 })} />
            </label>
          ))}
          {(['crosshair', 'grid', 'tags'] as const).map((name) => (
            <Checkbox key={name} size="sm" label={t(`labeler.adjust.${name}`)} checked={stage[name]} onChange={(event) => set({ [name]: event.currentTarget.checked })} />
          ))}
          <Button size="compact-sm" variant="default" onClick={() => set(PLAIN)}>
            {t('labeler.adjust.reset')}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
