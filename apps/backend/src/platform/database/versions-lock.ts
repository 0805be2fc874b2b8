/** Holds the numbering of a dataset's versions (`$1`) until the transaction ends: meanwhile none is made and none is restored. Taken before the dataset's row. */
export const LOCK_VERSIONS = 'select pg_advisory_xact_lock(hashtextextended($1, 1))';
