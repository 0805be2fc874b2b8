/** A table that is there while a backup is being restored: what stands in the database then is not whole. */
export const RESTORE_MARK = 'restore_in_progress';
