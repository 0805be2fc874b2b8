import { notifications, type NotificationData } from '@mantine/notifications';
import i18next from 'i18next';

/** A passing note; its close button has a name. Returns the note's id. */
export function showNote(note: NotificationData): string {
  return notifications.show({ ...note, closeButtonProps: { 'aria-label': i18next.t('common.close') } });
}
