/**
 * Said: what clients say, and what handlers of one agent report, is taken in the order in which it was said. Part of invariant
 * 5. It knows what was said from outside of the runtime, and in which place it was recorded.
 */
import { CLIENT, type Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Life } from '../host/life.ts'
import type { Said, Watcher } from '../host/watcher.ts'
import { GIVEN_UP } from './attempt.ts'
import { Past } from './past.ts'
import { together } from './together.ts'

export const inOrderSaid = (): Watcher => together(clients(), reports())

interface Place {
  readonly number: number
  readonly seq: number
}

function clients(): Watcher {
  /** What was durable when it was said: whatever names an older place is an answer, and no new record. */
  const durable = new Map<number, number>()
  const last = new Map<string, Place>()
  const places = new Set<number>()
  return {
    starting: () => {
      durable.clear()
      last.clear()
      places.clear()
    },
    durable: (batch, { simulation }) => Past.of(simulation).take(batch),
    asked: (_what, { simulation }, { number }) => void durable.set(number, simulation.position),
    acknowledged: (address, life, said, signal) => {
      const before = durable.get(said.number) ?? Number.POSITIVE_INFINITY
      const seq = signal?.seq ?? Past.of(life.simulation).standing.get(address)?.createdSeq ?? 0
      durable.delete(said.number)
      // Who waits for room in the inbox speaks when there is some; the same said twice is one record.
      if (seq <= before || places.has(seq) || waits(said)) return
      places.add(seq)
      const sender = senderOf(said)
      const other = last.get(sender)
      last.set(sender, { number: said.number, seq })
      if (other !== undefined && other.seq < seq !== other.number < said.number)
        life.simulation.break(
          5,
          `${sender} said signal ${seq} ${said.number < other.number ? 'before' : 'after'} ${other.seq}, which is recorded the other way round`,
        )
    },
  }
}

function senderOf({ what, args }: Said): string {
  return what === 'send' ? ((args[0] as { from?: string }).from ?? CLIENT) : CLIENT
}

function waits({ args }: Said): boolean {
  return args.some(arg => (arg as { whenFull?: unknown } | null | undefined)?.whenFull === 'wait')
}

function reports(): Watcher {
  let said = 0
  let of: Life | undefined
  /** When the handler of a task ended, counted. */
  const ended = new Map<string, number>()
  const started = new Map<string, number>()
  const last = new Map<Address, number>()
  const begin = (life: Life): void => {
    if (of === life) return
    of = life
    ended.clear()
    started.clear()
    last.clear()
  }
  return {
    outside: ({ what, task, attempt }, life) => {
      begin(life)
      if (what === 'start') {
        ended.delete(task)
        started.set(task, attempt)
      }
      // One that was given up says nothing that counts.
      if (attempt < (started.get(task) ?? 0)) return
      if (what === 'output' || what === 'error') ended.set(task, ++said)
    },
    durable: ({ signals }, life) => {
      begin(life)
      for (const signal of signals) {
        // Another attempt, whose handler may never begin: nobody waits for the word of the one before it.
        if (signal.toState === 'running' && signal.fromState !== 'running') ended.delete(signal.to)
        if (!isReport(signal)) continue
        const number = ended.get(signal.to)
        if (number === undefined) continue
        ended.delete(signal.to)
        if (number < (last.get(signal.from) ?? 0))
          life.simulation.break(
            5,
            `signal ${signal.seq}: ${signal.from} reported that before what is recorded before it`,
          )
        last.set(signal.from, number)
      }
    },
  }
}

/** How a handler ended, in its own words, and in time: a timeout is the executor's. */
function isReport({ type, causationId, data, refused }: Signal): boolean {
  if (causationId > 0 || refused?.code === 'STALE_ATTEMPT') return false
  if (type === 'task.done') return true
  return type === 'task.failed' && !GIVEN_UP.has((data as { error?: { code?: string } }).error?.code)
}
