/**
 * Past: an actor that ended, as it stood in its last moment: its own signals folded once more through its machine. So an
 * outcome is the same whenever it is asked for, in whatever process life. Users' code does not run here.
 */
import type { ActorRefLike } from 'xstate'
import type { Signal } from '../messages/signal.ts'
import { Cell, firstSnapshot } from './cell.ts'
import type { Journal } from './journal.ts'
import { definitionsIn, isMigration, recordOf } from './migration.ts'
import type { Definitions } from './population.ts'
import { scan } from './scan.ts'

/** Undefined where its definition is not registered, or its payloads were erased. */
export function pastCell(
  journal: Journal,
  definitions: Definitions,
  parent: ActorRefLike,
  ending: Signal,
): Cell | undefined {
  let cell: Cell | undefined
  for (const signal of scan(journal, { actor: ending.to, before: ending.seq + 1 })) {
    if (signal.refused !== null) continue
    if (signal.data === null) return undefined
    if (isMigration(signal)) {
      const to = definitions.named(signal.to, definitionsIn(signal).to, () => undefined)
      cell = to === undefined ? undefined : Cell.restored(to, recordOf(signal), parent)
      continue
    }
    // Who lived under that name before has ended.
    if (cell === undefined || signal.fromState === null) {
      const definition = definitions.creating(signal)
      cell =
        definition === undefined ? undefined : new Cell(definition, signal, firstSnapshot(definition), parent)
    }
    cell?.step(signal)
  }
  cell?.live.stop()
  return cell
}
