import { notifications, type NotificationData } from '@mantine/notifications';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../api/problem.js';
import { useProblemText } from './use-problem-text.js';

/** A passing note; its close button has a name. Returns the note's id. */
export function showNote(note: NotificationData): string {
  return notifications.show({ ...note, closeButtonProps: { 'aria-label': i18next.t('common.close') } });
}

/** What a mutation's `onError` calls: says in the reader's language what did not work and why. */
export function useFailNote(): (error: unknown) => void {
  const { t } = useTranslation();
  const text = useProblemText();
  return (error) => void showNote({ color: 'red', title: t('problem.title'), message: text(problemOf(error)) });
}
