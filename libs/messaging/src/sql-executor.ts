/** Anything that runs SQL inside the caller's transaction: a TypeORM EntityManager, a pg client. Rows of a SELECT or of RETURNING. */
export interface SqlExecutor {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}
