export { IdentityModule } from './identity.module.js';
export { Memberships, type Member } from './application/ports/memberships.port.js';

/** Read by the Dataset module's lists, which join it: a list cannot ask for each row. Columns: dataset_id, user_id, role. */
export const MEMBERSHIP_TABLE = 'dataset_members';

/** Read by lists that show who did something. Columns: id, display_name. */
export const USER_TABLE = 'users';
