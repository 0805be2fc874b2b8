import type { ReactElement } from 'react';

export function VersionsPage(): ReactElement {
  return <></>;
}
