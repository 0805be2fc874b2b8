import type { ReactElement, ReactNode } from 'react';
import classes from './facts.module.css';

export interface Fact {
  readonly label: string;
  readonly value: ReactNode;
}

interface FactsProps {
  readonly items: readonly Fact[];
  /** As many side by side as there is room for. */
  readonly columns?: boolean;
}

/** Names and values, one a line. */
export function Facts({ items, columns = false }: FactsProps): ReactElement {
  return (
    <dl className={classes.facts} data-columns={columns}>
      {items.map(({ label, value }) => (
        <div key={label} className={classes.row}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A few figures that matter, large. */
export function Stats({ items }: { readonly items: readonly (Fact & { readonly note?: string })[] }): ReactElement {
  return (
    <dl className={classes.stats}>
      {items.map(({ label, value, note }) => (
        <div key={label} className={classes.stat}>
          <dt>{label}</dt>
          <dd>
            {value}
            {note !== undefined && <span className={classes.note}>{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Figures in one line, small: of one card among many. */
export function Figures({ items }: { readonly items: readonly Fact[] }): ReactElement {
  return (
    <dl className={classes.figures}>
      {items.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
