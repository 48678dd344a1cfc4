/**
 * Past: an actor that ended, as it stood in its last moment: its own signals folded once more through its machine. So an
 * outcome is the same whenever it is asked for, in whatever process life. Users' code does not run here.
 */
import type { ActorRefLike } from 'xstate'
import type { Signal } from '../messages/signal.ts'
import { Cell, firstSnapshot } from './cell.ts'
import type { Journal } from './journal.ts'
import type { Definitions } from './population.ts'

const PAGE = 1_000

/** Undefined where its definition is not registered, or its payloads were erased. */
export function pastCell(
  journal: Journal,
  definitions: Definitions,
  parent: ActorRefLike,
  ending: Signal,
): Cell | undefined {
  let cell: Cell | undefined
  for (let after = 0; ;) {
    const page = journal.query({ actor: ending.to, after, before: ending.seq + 1, limit: PAGE })
    for (const signal of page) {
      if (signal.refused !== null) continue
      if (signal.data === null) return undefined
      if (cell === undefined) {
        const definition = definitions.creating(signal)
        if (definition === undefined) return undefined
        cell = new Cell(definition, signal, firstSnapshot(definition), parent)
      }
      // A recorded timer carries the event that its machine got.
      cell.step(signal, signal.type === 'hub.timer' ? (signal.data as { event: string }).event : undefined)
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) break
    after = last.seq
  }
  cell?.live.stop()
  return cell
}
