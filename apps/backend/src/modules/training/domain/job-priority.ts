/** Whoever may train may ask for any: that takes the role of a manager of the dataset. */
export const JOB_PRIORITIES = ['low', 'normal', 'high'] as const;
export type JobPriority = (typeof JOB_PRIORITIES)[number];

export const PRIORITY_RANK: Readonly<Record<JobPriority, number>> = { low: 0, normal: 1, high: 2 };
