/**
 * Invariant 10: no starvation, bounded queues, explicit refusal. Who should have been next, and what there was room for, is found out from
 * the records; how many wait at the door, from what clients asked for. The queues of the runtime are not looked at.
 */
import { StatorError } from '../../errors.ts'
import type { Said } from '../host/watcher.ts'
import type { Invariant } from './invariant.ts'
import { QuotasKept } from './quotas-kept.ts'
import { reading } from './reading.ts'
import { Rooms } from './rooms.ts'
import { boxesFault, leftFault, postFault } from './mailboxes.ts'
import { Tries } from './tries.ts'
import { Turns } from './turns.ts'

export const bounds: Invariant = {
  number: 10,
  promise:
    'No starvation under priorities; queues bounded; refusal is explicit; nothing acknowledged is dropped.',
  watch: reading(shadow => {
    const turns = new Turns(shadow)
    const quotas = new QuotasKept(shadow)
    const rooms = new Rooms(shadow)
    const tries = new Tries()
    /** What clients have asked for and were not answered, and how full the inbox was then. */
    const asks = new Map<number, Said>()
    const found = new Map<number, number>()
    /** Those of this very moment: they may have been refused. */
    const young = new Set<Said>()
    return {
      starting: () => {
        asks.clear()
        turns.begin()
        rooms.begin()
      },
      moved: (move, { simulation }) => {
        const { seq, type, to } = move.signal
        for (const wrong of [
          quotas.fault(move),
          turns.fault(move),
          rooms.fault(move),
          tries.fault(move),
          postFault(move, shadow),
        ])
          if (wrong !== undefined) simulation.break(10, `signal ${seq}, ${type} to ${to}: ${wrong}`)
      },
      took: (taken, { simulation }) => {
        const wrong = quotas.toldFault(taken) ?? boxesFault(shadow, taken.batch)
        if (wrong !== undefined) simulation.break(10, wrong)
      },
      answered: (wait, { simulation }, error) => {
        const wrong = rooms.answeredFault(wait, error)
        if (wrong !== undefined) simulation.break(10, wrong)
      },
      asked: (_what, life, said) => {
        rooms.asked(said)
        if (mayWait(said)) return
        asks.set(said.number, said)
        young.add(said)
        // A large inbox is never full here.
        if (shadow.limits.inbox <= 1_000) found.set(said.number, life.runtime.status().inbox)
      },
      acknowledged: (_address, _life, said) => {
        asks.delete(said.number)
        rooms.acknowledged(said)
      },
      refused: (said, error, { simulation }) => {
        asks.delete(said.number)
        const wrong = rooms.refusedFault(said, error)
        if (wrong !== undefined) simulation.break(10, `${said.what} ${wrong}`)
        const isBusy = error instanceof StatorError && error.code === 'HUB_BUSY'
        const inbox = found.get(said.number) ?? 0
        if (isBusy && inbox < shadow.limits.inbox)
          simulation.break(
            10,
            `${said.what} was refused with HUB_BUSY while ${inbox} of ${shadow.limits.inbox} waited`,
          )
      },
      drained: ({ simulation }) => {
        const wrong = shadow.hub === 'running' ? leftFault(shadow) : undefined
        if (wrong !== undefined) simulation.break(10, wrong)
      },
      between: ({ simulation }) => {
        if (asks.size === 0) return
        const waiting = new Set([...asks.values()].filter(said => !young.has(said)).map(keyOf)).size
        young.clear()
        if (waiting > shadow.limits.inbox)
          simulation.break(10, `${waiting} submissions wait, and the inbox holds ${shadow.limits.inbox}`)
      },
    }
  }),
}

interface Options {
  readonly whenFull?: unknown
  readonly id?: unknown
  readonly idempotencyKey?: unknown
}

const optionsOf = ({ what, args }: Said): Options =>
  (args[what === 'start' || what === 'submit' ? 2 : 1] ?? {}) as Options
const mayWait = (said: Said): boolean => optionsOf(said).whenFull === 'wait'

/** The same submission twice takes one place. */
function keyOf(said: Said): unknown {
  const { id, idempotencyKey } = optionsOf(said)
  return idempotencyKey ?? id ?? said.number
}
