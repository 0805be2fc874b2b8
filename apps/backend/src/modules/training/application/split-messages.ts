import type { ResolvedSplitMessage, SplitRuleMessage } from '@app/contracts';
import type { JobSplit, JobSplitRule } from '../domain/training-job.aggregate.js';

/** Splits as they cross NATS and HTTP, and as jobs hold them. */
export function ruleOf({ default_ratio: ratio, seed, group_pattern: groupPattern }: SplitRuleMessage): JobSplitRule {
  return { ratio, seed, groupPattern };
}

export function ruleMessage({ ratio, seed, groupPattern }: JobSplitRule): SplitRuleMessage {
  return { default_ratio: { ...ratio }, seed, group_pattern: groupPattern };
}

export function splitOf({ rule, ...rest }: ResolvedSplitMessage): JobSplit {
  return { ...rest, rule: rule === null ? null : ruleOf(rule) };
}

export function splitMessage({ rule, ...rest }: JobSplit): ResolvedSplitMessage {
  return { ...rest, rule: rule === null ? null : ruleMessage(rule) };
}
