import { Button, Group, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { randomId } from '../../api/random-id.js';
import { readObject, type ClassInfo, type JsonObject } from '../../engine/index.js';
import type { Choice, MergeConflict } from '../../engine/save/index.js';
import classes from './labeler.module.css';
import { useEditorView, useLabeler, useSessionView } from './session/use-labeler.js';

/** Objects that somebody else changed at the same time to something else. Theirs is on the canvas until one decides; nothing is lost. */
export function ConflictPanel(): ReactElement | null {
  const { t } = useTranslation();
  const { saver, editor } = useLabeler();
  const { image, save } = useSessionView();
  const { classes: known } = useEditorView();
  const conflicts = save?.conflicts ?? [];
  if (conflicts.length === 0) return null;
  const decide = (conflict: MergeConflict, choice: Choice): void => saver.saverOf(image.id)?.decide(conflict.id, choice, randomId);
  return (
    <section className={classes.conflict} role="alert" aria-label={t('labeler.conflict.title', { count: conflicts.length })}>
      <Text size="sm" fw={650}>
        {t('labeler.conflict.title', { count: conflicts.length })}
      </Text>
      <Text size="xs" mb={6}>
        {t('labeler.conflict.text')}
      </Text>
      {conflicts.map((conflict) => (
        <div key={conflict.id} data-conflict={conflict.id} onPointerEnter={() => editor.hover(conflict.id)} onPointerLeave={() => editor.hover(null)}>
          <dl style={{ margin: '6px 0 4px', display: 'grid', gridTemplateColumns: 'auto 1fr', columnGap: 8 }}>
            <dt>{t('labeler.conflict.mine')}</dt>
            <dd style={{ margin: 0 }}>{wordsOf(conflict.mine, known) ?? t('labeler.conflict.deleted')}</dd>
            <dt>{t('labeler.conflict.theirs')}</dt>
            <dd style={{ margin: 0 }}>{wordsOf(conflict.theirs, known) ?? t('labeler.conflict.deleted')}</dd>
          </dl>
          <Group gap={6}>
            {(['mine', 'theirs', 'both'] as const)
              .filter((choice) => choice !== 'both' || (conflict.mine !== null && conflict.theirs !== null))
              .map((choice) => (
                <Button key={choice} size="compact-xs" variant="default" onClick={() => decide(conflict, choice)}>
                  {t(`labeler.conflict.keep.${choice}`)}
                </Button>
              ))}
          </Group>
        </div>
      ))}
    </section>
  );
}

/** Class and box, as far as the object has them. */
function wordsOf(body: JsonObject | null, known: readonly ClassInfo[]): string | null {
  const object = body === null ? null : readObject({ id: 'shown', ...body });
  if (object === null) return null;
  const name = known.find((one) => one.id === object.classId)?.name ?? String(object.classId);
  const { geometry } = object;
  if (geometry.kind !== 'box') return name;
  const { x, y, width, height } = geometry.box;
  return `${name} · ${[x, y].map(Math.round).join(', ')} · ${[width, height].map(Math.round).join('×')}`;
}
