/**
 * Families: what a group asks of its tasks: each is created under the limit of the group, and a cancel reaches all that live. And nobody is
 * told of what he does not wait for. It reads records alone.
 */
import type { Address } from '../../messages/address.ts'
import type { Command } from '../../messages/command.ts'
import type { GroupCreate } from '../../messages/group.ts'
import { lanesOf, type TaskCreate } from '../../messages/task.ts'
import type { Family } from './awaited.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

export function familyFaults({ signal, commands }: Move, { books: { awaited } }: Shadow): string | undefined {
  const { to, type, data, refused } = signal
  if (type === 'dependency.done') {
    const { on } = data as unknown as { readonly on: Address }
    return awaited.waits.get(to)?.has(on) === true ? undefined : `told of ${on}, for which it does not wait`
  }
  if (refused !== null || !to.startsWith('group/')) return undefined
  const family = awaited.groups.get(to)
  if (type === 'group.cancel' && family !== undefined) return cancelFault(family, commands)
  // What is added later is under it too, by the same code.
  if (type === 'group.create') return limitFault((data as unknown as GroupCreate).concurrency, to, commands)
  return undefined
}

function cancelFault({ names, ended }: Family, commands: readonly Command[]): string | undefined {
  const living = names.filter((_, index) => !ended.has(index)).map(name => `task/${name}`)
  const told = commands.flatMap(command =>
    command.type === 'send' && command.event === 'task.cancel' ? [command.to] : [],
  )
  return told.join() === living.join() ? undefined : `cancels ${told.join(', ')} of ${living.join(', ')}`
}

function limitFault(
  limit: number | undefined,
  group: Address,
  commands: readonly Command[],
): string | undefined {
  for (const command of commands) {
    if (command.type !== 'send' || command.event !== 'task.create') continue
    const [lane] = lanesOf(command.data as unknown as TaskCreate)
    const [found, name] = [lane?.limit, lane?.name]
    if (found !== limit || (name ?? group) !== group)
      return `${command.to} is one of ${String(found)} that run at once, instead of ${String(limit)}`
  }
  return undefined
}
