import { Button, Text, UnstyledButton } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { LabelObject } from '../../engine/index.js';
import { useFormat } from '../../i18n/use-format.js';
import { Icon } from '../../ui/icons.js';
import classes from './labeler.module.css';
import { labelerSettings } from './session/labeler-settings.js';
import { useEditorView, useLabeler } from './session/use-labeler.js';

/** The others are met by taking or rejecting those before them. */
const MOST_ROWS = 6;

/** What a model proposes: no label until somebody takes it over. Not there where nothing is proposed. */
export function SuggestionPanel(): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const { actions, editor } = useLabeler();
  const { suggestions, openSuggestions, threshold, readOnly } = useEditorView();
  if (openSuggestions === 0) return null;
  return (
    <section className={classes.panel} aria-label={t('labeler.suggestions.title')}>
      <div className={classes.panelHead}>
        <h2>
          {t('labeler.suggestions.title')} <span className={classes.count}>{t('labeler.suggestions.count', { shown: suggestions.length, all: openSuggestions })}</span>
        </h2>
        {!readOnly && suggestions.length > 0 && (
          <Button size="compact-xs" variant="default" title={t('labeler.action.accept-all')} onClick={() => actions.run('accept-all')}>
            {t('labeler.suggestions.acceptAll')}
          </Button>
        )}
      </div>
      <div className={classes.sliders} style={{ width: 'auto' }}>
        <label className={classes.range}>
          <span>{t('labeler.suggestions.threshold', { score: format.percent(threshold, 0) })}</span>
          <input type="range" min={0} max={100} value={Math.round(threshold * 100)} onChange={(event) => labelerSettings.set({ threshold: event.currentTarget.valueAsNumber / 100 })} />
        </label>
      </div>
      {editor.suggestions.paint !== null && (
        <Text size="xs" c="dimmed">
          {t('labeler.suggestions.pixels')}
        </Text>
      )}
      <ul className={classes.suggested} aria-label={t('labeler.suggestions.title')}>
        {suggestions.slice(0, MOST_ROWS).map((one) => (
          <Row key={one.id} suggestion={one} readOnly={readOnly} />
        ))}
      </ul>
    </section>
  );
}

function Row({ suggestion, readOnly }: { readonly suggestion: LabelObject; readonly readOnly: boolean }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { editor, actions } = useLabeler();
  const known = useEditorView().classes.find((one) => one.id === suggestion.classId);
  const name = known?.name ?? t('labeler.unknownClass', { id: suggestion.classId });
  const score = format.percent(suggestion.score, 0);
  return (
    <li className={classes.row}>
      <span className={classes.swatch} style={{ background: known?.color }} />
      <span className={classes.label}>{name}</span> <span className={classes.detail}>{score}</span>
      {!readOnly && (
        <>
          <UnstyledButton className={classes.icon} aria-label={t('labeler.suggestions.accept', { name, score })} onClick={() => actions.accept([suggestion])}>
            <Icon name="check" size={15} />
          </UnstyledButton>
          <UnstyledButton className={classes.icon} aria-label={t('labeler.suggestions.reject', { name, score })} onClick={() => editor.suggestions.reject(suggestion.id)}>
            <Icon name="close" size={15} />
          </UnstyledButton>
        </>
      )}
    </li>
  );
}
