import type { ReactElement } from 'react';

export function ClassesPage(): ReactElement {
  return <></>;
}
