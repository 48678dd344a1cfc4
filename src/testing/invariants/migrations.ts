/**
 * Migrations: who goes on with another definition does so from what it ran on, only where that is not there, and to something that is.
 * Part of invariant 15. It reads records, and what a process was set up with.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Batch, DefinitionRef } from '../../runtime/journal.ts'
import { definitionsIn, isMigration } from '../../runtime/migration.ts'
import { decode } from '../../runtime/record.ts'
import type { MemoryState } from '../../runtime/memory-journal.ts'
import type { Setup } from '../host/stage.ts'
import { registryOf } from './definitions.ts'

/** What runs go on with that do not run on what they began with. */
export class Migrations {
  readonly #refs = new Map<Address, DefinitionRef>()

  constructor({ records }: Pick<MemoryState, 'records'>) {
    for (const record of records) if (record.data !== null) this.#note(decode(record))
  }

  /** What it was migrated to, if it was. */
  of(address: Address): DefinitionRef | undefined {
    return this.#refs.get(address)
  }

  /** What is wrong with the migrations of a batch, in words. `began`: what a run was started on. */
  take(
    { signals }: Batch,
    setup: Setup,
    began: (address: Address) => Pick<DefinitionRef, 'hash'> | undefined,
  ): string[] {
    return signals.flatMap(signal => {
      const before = this.#refs.get(signal.to) ?? began(signal.to)
      this.#note(signal)
      if (!isMigration(signal) || signal.refused !== null) return []
      const { from, to } = definitionsIn(signal)
      const isHere = (ref: DefinitionRef): boolean =>
        registryOf(setup).named(signal.to, ref, () => undefined) !== undefined
      const wrong: string[] = []
      if (before !== undefined && before.hash !== from.hash)
        wrong.push('migrated from what it did not run on')
      if (isHere(from)) wrong.push('migrated although what it ran on is there')
      if (!isHere(to)) wrong.push('migrated to what is not there')
      return wrong.map(words => `${signal.to} was ${words}`)
    })
  }

  #note(signal: Signal): void {
    if (signal.refused !== null) return
    if (isMigration(signal)) this.#refs.set(signal.to, definitionsIn(signal).to)
    else if (signal.final || signal.fromState === null) this.#refs.delete(signal.to)
  }
}
