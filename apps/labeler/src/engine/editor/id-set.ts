/** The set with ids in it, or without them. */
export function withMembers(set: ReadonlySet<string>, ids: readonly string[], member: boolean): ReadonlySet<string> {
  return member ? new Set([...set, ...ids]) : new Set([...set].filter((id) => !ids.includes(id)));
}
