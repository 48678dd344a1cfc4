/** Asked: the steps that a run asks for, by its commands. Nothing is kept here. */
import type { Command } from '../../messages/command.ts'

/** The steps whose tasks are asked for. */
export function askedIn(commands: readonly Command[]): number[] {
  return commands.flatMap(each =>
    each.type === 'send' && each.event === 'task.create'
      ? [(each.data as { readonly step: number }).step]
      : [],
  )
}
