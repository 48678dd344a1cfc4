/**
 * Upgrade tail: what a journal's tail says of runs beside their checkpoints: who began in it, who has moved since, who goes on with
 * another definition, and who has ended. Read once, in order; it folds nothing.
 */
import { HUB, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { DefinitionRef, Journal } from './journal.ts'
import { definitionsIn, isMigration } from './migration.ts'
import { scan } from './scan.ts'

export interface Moved {
  /** The last of its signals that no checkpoint before it has. */
  readonly seq: number
  /** What it has run on since then, where the tail says so: it began there, or was migrated. */
  readonly ref: DefinitionRef | undefined
}

/** Actors that moved in the tail and have not ended. */
export function tailOf(journal: Pick<Journal, 'query'>, after: number): ReadonlyMap<Address, Moved> {
  const moved = new Map<Address, Moved>()
  for (const signal of scan(journal, { after })) {
    const address = whoMoved(signal)
    if (address === undefined) continue
    const { seq, final, refused } = signal
    const said = refused === null ? refOf(signal) : undefined
    if (final) moved.delete(address)
    else moved.set(address, { seq, ref: said ?? moved.get(address)?.ref })
  }
  return moved
}

/** Whose checkpoint does not have it, if anybody's. */
function whoMoved({ type, to, from, refused, data }: Signal): Address | undefined {
  if (to === HUB) return type === 'hub.release' ? (data as { address: Address }).address : undefined
  // Who stumbles is held, and that is in no checkpoint yet; a message too many holds who sent it.
  if (refused === null || refused.code === 'MACHINE_FAULT') return to
  return refused.code === 'HOPS_EXCEEDED' ? from : undefined
}

function refOf(signal: Signal): DefinitionRef | undefined {
  if (isMigration(signal)) return definitionsIn(signal).to
  if (signal.type !== 'workflow.start') return undefined
  const {
    workflow: name,
    version,
    hash,
  } = signal.data as unknown as Omit<DefinitionRef, 'name'> & { workflow: string }
  return { name, version, hash }
}
