/** Named: agents and tasks by their names, for a key. What is none of them is refused where it is looked at. */
export function named(each: unknown): unknown {
  if (typeof each !== 'object' || each === null || !('kind' in each)) return each ?? null
  const { kind, id, name } = each as { kind: unknown; id?: unknown; name?: unknown }
  return kind === 'agent' ? id : kind === 'task' ? name : each
}
