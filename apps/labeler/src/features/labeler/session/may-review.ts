import type { Dataset } from '../../../api/types.js';

/** Whether somebody's role in the dataset allows to approve labels. */
export const mayReview = ({ role }: Pick<Dataset, 'role'>): boolean => role === 'reviewer' || role === 'admin' || role === 'owner';
