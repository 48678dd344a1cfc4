/**
 * Invariant 1: durable before visible. It looks at what leaves the runtime, by every way there is, and compares it with what the
 * journal took; never at how it is made.
 */
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { SubResult } from '../../runtime/journal.ts'
import type { Life } from '../host/life.ts'
import type { Entry } from '../host/ledger.ts'
import type { Told, Watcher } from '../host/watcher.ts'
import type { Invariant } from './invariant.ts'
import { Past, sameSignal } from './past.ts'
import { shown } from './shown.ts'
import type { Stand } from './standing.ts'
import { together } from './together.ts'

export const visible: Invariant = {
  number: 1,
  promise: 'No acknowledgement, effect, timer or stream item precedes its synced record.',
  watch: () => together(released(), shown()),
}

/** What is handed out: stream items, acknowledgements, outcomes, starts of handlers, results of sub-steps. */
function released(): Watcher {
  /** Lives whose disk took no more. */
  const halted = new Set<Life>()
  /** Turns of tasks that were given to a handler, each once. */
  const started = new Set<string>()
  return {
    starting: ({ simulation }) => void Past.of(simulation),
    durable: (batch, life) => {
      const past = Past.of(life.simulation)
      const before = batch.signals[0]?.seq ?? 0
      for (const signal of batch.signals) {
        if (signal.type !== 'hub.timer' || signal.refused !== null) continue
        const { setSeq } = signal.data as { setSeq: number }
        if (setSeq >= before)
          say(life, `signal ${signal.seq}: the timer that fired was set in the same batch`)
      }
      past.take(batch)
    },
    crashed: ({ point }, life) => {
      if (point === 'refused') halted.add(life)
    },
    seen: (signal, life) => {
      if (halted.has(life)) say(life, `signal ${signal.seq} was seen after a write was refused`)
      recorded(signal, life, 'seen')
    },
    acknowledged: (address, life, said, signal) => {
      if (signal === undefined) {
        if (Past.of(life.simulation).standing.get(address) === undefined)
          say(life, `${address} was acknowledged before it was durable`)
        return
      }
      recorded(signal, life, 'acknowledged')
      if (signal.refused !== null) say(life, `signal ${signal.seq} was acknowledged, and is refused`)
    },
    told: (told, life) => {
      const wrong = toldTooEarly(told, life)
      if (wrong !== undefined) say(life, wrong)
    },
    outside: (entry, life) => {
      if (entry.what === 'result') {
        if (!isRecorded(entry, life))
          say(life, `${entry.key} gave its result to its handler before that was durable`)
        return
      }
      if (entry.what !== 'start') return
      const { task, attempt, agent } = entry
      if (halted.has(life)) say(life, `${task} was started after a write was refused`)
      const stand = Past.of(life.simulation).standing.get(task)
      if (stand?.state !== 'running' || !stand.alive) {
        say(life, `${task} was started while durably ${stand?.state ?? 'unknown'}`)
        return
      }
      if (stand.attempts !== attempt || (agent ?? stand.agent) !== stand.agent)
        say(
          life,
          `${task} was started as attempt ${attempt} of ${agent}, durable is ${stand.attempts} of ${stand.agent}`,
        )
      const turn = `${task} ${stand.createdSeq} ${stand.turn}`
      if (started.has(turn)) say(life, `${task} was started again without a new durable intent`)
      started.add(turn)
    },
  }
}

function recorded(signal: Signal, life: Life, what: string): void {
  const durable = Past.of(life.simulation).signal(signal.seq)
  if (durable === undefined) say(life, `signal ${signal.seq} was ${what} before it was durable`)
  else if (!sameSignal(durable, signal))
    say(life, `signal ${signal.seq} was ${what} as another one than the durable one`)
}

function isRecorded({ task, key, value }: Entry, { simulation }: Life): boolean {
  const own = simulation.state.results.get(task as Address)?.values() ?? []
  return [...own].some(text => {
    const result = JSON.parse(text) as SubResult
    return key.endsWith(`/${result.name}`) && JSON.stringify(result.value) === JSON.stringify(value)
  })
}

/** What a client is told of somebody else must be in that one's records. */
function toldTooEarly({ what, address }: Told, { simulation }: Life): string | undefined {
  const stand = Past.of(simulation).standing.get(address)
  const ended = stand?.ending !== undefined
  if (what === 'pause')
    return stand?.been.has('paused') === true
      ? undefined
      : `${address} was told to be paused before it durably was`
  if (what === 'resume')
    return stand === undefined ? `${address} was told to be resumed, and is nowhere` : undefined
  if (what === 'cancel')
    return ended ||
      stand?.been.has('cancelling') === true ||
      stand?.been.has('compensating') === true ||
      isOwnMatter(stand)
      ? undefined
      : `the cancel of ${address} was told before it was durable`
  return ended ? undefined : `how ${address} ended was told before that was durable`
}

/** A machine of a user's own may take a cancel itself, and go on. */
const isOwnMatter = (stand: Stand | undefined): boolean =>
  stand !== undefined && [...stand.been].some(state => state.startsWith('running.'))

function say(life: Life, detail: string): void {
  life.simulation.break(1, detail)
}
