import { Tooltip, UnstyledButton } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskType } from '../../api/types.js';
import { chordText, keymapOf, type ActionName, type ToolName } from '../../engine/index.js';
import { LabelerIcon } from './labeler-icons.js';
import classes from './labeler.module.css';
import { TOOLS } from './session/tools-of-task.js';
import { useLabelerSettings } from './session/labeler-settings.js';
import { useEditorView, useLabeler } from './session/use-labeler.js';

const ACTION: Readonly<Record<ToolName, ActionName>> = { select: 'tool-select', box: 'tool-box', polygon: 'tool-polygon', keypoints: 'tool-keypoints', brush: 'tool-brush', eraser: 'tool-eraser', fill: 'tool-fill' };

export function ToolRail({ task }: { readonly task: TaskType }): ReactElement {
  const { t } = useTranslation();
  const { actions } = useLabeler();
  const { tool, readOnly } = useEditorView();
  const { preset, keys } = useLabelerSettings();
  const keymap = keymapOf(preset, keys);
  return (
    <div role="toolbar" aria-orientation="vertical" aria-label={t('labeler.tools')} className={classes.rail}>
      {TOOLS[task].map((name) => {
        const text = t(`labeler.tool.${name}`);
        const key = chordText(keymap[ACTION[name]][0] ?? '');
        return (
          <Tooltip key={name} label={`${text} (${key})`} position="right">
            <UnstyledButton className={classes.tool} aria-label={text} aria-keyshortcuts={key} aria-pressed={tool === name} disabled={readOnly && name !== 'select'} onClick={() => actions.run(ACTION[name])}>
              <LabelerIcon name={name} />
            </UnstyledButton>
          </Tooltip>
        );
      })}
    </div>
  );
}
