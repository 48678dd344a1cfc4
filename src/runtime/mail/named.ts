/**
 * Named: a call as its key knows it, with agents and tasks by their names. What is said, and the options, are taken as they are: they may
 * look like anything. Who is none of them is refused where it is looked at.
 */
export const callOf = (what: string, to: unknown, task: unknown, ...said: readonly unknown[]): unknown[] => [
  what,
  named(to),
  named(task),
  ...said.map(each => each ?? null),
]

function named(each: unknown): unknown {
  if (typeof each !== 'object' || each === null || !('kind' in each)) return each ?? null
  const { kind, id, name } = each as { kind: unknown; id?: unknown; name?: unknown }
  return (kind === 'agent' ? id : kind === 'task' ? name : each) ?? null
}
