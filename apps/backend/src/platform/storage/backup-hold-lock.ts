/** Advisory lock, one number for all replicas: in shared mode while objects are deleted, alone while a backup writes down that it begins. */
export const BACKUP_HOLD_LOCK = 7_301_843;
