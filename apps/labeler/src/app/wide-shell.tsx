import { Outlet } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { UploadTray } from '../features/uploads/upload-tray.js';
import { useLeaveWhenEnded } from './use-page-changes.js';
import { useUser } from './use-session.js';

/** Frame of the pages that fill the window: only what must go on everywhere. */
export function WideShell(): ReactElement {
  const user = useUser();
  useLeaveWhenEnded(user === null);
  return (
    <>
      <Outlet />
      <UploadTray />
    </>
  );
}
