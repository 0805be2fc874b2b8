import type { ReactElement } from 'react';
import type { Finding } from '../../../api/types.js';
import { useKnownText } from '../../../ui/use-known-text.js';
import classes from './add-model.module.css';

/** What the server found here: in the reader's language where the page knows the finding, and in its own sentence. */
export function FindingNotes({ findings, id }: { readonly findings: readonly Finding[]; readonly id?: string }): ReactElement | null {
  const known = useKnownText();
  if (findings.length === 0) return null;
  return (
    <ul className={classes.findings} id={id}>
      {findings.map((one, index) => {
        const text = known('modelFinding', one.code);
        return (
          <li key={index}>
            {text !== null && <span>{text}</span>} <span lang="en">{one.message}</span>
          </li>
        );
      })}
    </ul>
  );
}
