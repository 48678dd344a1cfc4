/**
 * Upgrade: what becomes, at a start, of actors whose definition is not registered any more: those that can go on with what is there
 * now are told so, the others stay held, with every reason. It delivers nothing.
 */
import type { Envelope } from './envelope.ts'
import type { Journal } from './journal.ts'
import { migrationInput } from './migration.ts'
import type { Population } from './population.ts'
import { successionOf, type Known } from './verdict.ts'

export interface UpgradeParts {
  readonly journal: Pick<Journal, 'checkpoint'>
  readonly population: Population
  readonly registry: Known
}

/** The messages by which they go on. */
export function upgrades({ journal, population, registry }: UpgradeParts): Envelope[] {
  const messages: Envelope[] = []
  for (const [address, { code }] of population.stranded()) {
    const checkpoint = journal.checkpoint(address)
    // What came after its checkpoint only the definition that wrote it can fold.
    if (code !== 'VERSION_MISSING' || checkpoint === undefined || population.isBehind(address)) continue
    const found = successionOf(checkpoint, registry)
    if (found.verdict !== 'refused') messages.push(migrationInput(checkpoint, found))
    else if (!found.unknown)
      population.strand(address, { code: 'UPGRADE_REFUSED', reason: found.reasons.join('; '), signal: 0 })
  }
  return messages
}
