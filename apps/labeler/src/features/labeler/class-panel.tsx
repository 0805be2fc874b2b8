import { UnstyledButton } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../api/types.js';
import { ButtonLink } from '../../ui/links.js';
import classes from './labeler.module.css';
import { useChooseClass } from './session/use-choose-class.js';
import { useEditorView } from './session/use-labeler.js';

/** The keys that choose a class: 1 to 9, then 0. */
const KEYS = 10;

/** In classification a class is what the image shows; else it is what is drawn next, and what is selected becomes it. */
export function ClassPanel({ dataset }: { readonly dataset: Dataset }): ReactElement {
  const { t } = useTranslation();
  const { classes: all, activeClass, objects, readOnly } = useEditorView();
  const choose = useChooseClass(dataset);
  const isClassified = dataset.task_type === 'image_classification';
  const given = new Map<number, number>();
  for (const one of objects) given.set(one.classId, (given.get(one.classId) ?? 0) + 1);
  return (
    <section className={classes.panel} aria-label={t('labeler.classes')}>
      <div className={classes.panelHead}>
        <h2>
          {t('labeler.classes')} <span className={classes.count}>{all.length}</span>
        </h2>
      </div>
      {all.length === 0 && (
        <div className={classes.empty}>
          <p>{t('labeler.noClasses')}</p>
          <ButtonLink to="/datasets/$datasetId/classes" params={{ datasetId: dataset.id }} size="compact-sm">
            {t('labeler.addClasses')}
          </ButtonLink>
        </div>
      )}
      <div className={`${classes.list} ${classes.classList}`}>
        {all.map((one, index) => {
          const count = given.get(one.id) ?? 0;
          const pressed = isClassified ? count > 0 : activeClass?.id === one.id;
          return (
            <UnstyledButton key={one.id} className={classes.row} aria-pressed={pressed} disabled={readOnly} onClick={() => choose(one.id)}>
              <span className={classes.swatch} style={{ background: one.color }} />
              <span className={classes.label}>{one.name}</span>
              {!isClassified && count > 0 && <span className={classes.detail}>{count}</span>}
              {index < KEYS && <kbd className={classes.key}>{(index + 1) % KEYS}</kbd>}
            </UnstyledButton>
          );
        })}
      </div>
    </section>
  );
}
