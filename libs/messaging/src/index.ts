export type { SqlExecutor } from './sql-executor.js';
