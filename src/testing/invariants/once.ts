/**
 * Invariant 6: exactly once inside, at least once outside, under one key. Here what happens inside: each message is processed
 * once, each actor lives and ends once, each key is one piece of work. Handlers are in attempts.ts, what
 * agents say of themselves in statistics.ts.
 */
import { HUB, type Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Batch, PendingMessage } from '../../runtime/journal.ts'
import { decode } from '../../runtime/record.ts'
import type { Life } from '../host/life.ts'
import type { Watcher } from '../host/watcher.ts'
import { attempts } from './attempts.ts'
import { cached } from './cached.ts'
import { intents } from './intents.ts'
import type { Invariant } from './invariant.ts'
import { outcomes } from './outcomes.ts'
import { Past } from './past.ts'
import { Standing } from './standing.ts'
import { statistics } from './statistics.ts'
import { together } from './together.ts'
import { works } from './works.ts'

/** Who may be there again under the same name. */
const MAY_RETURN = ['agent/', 'schedule/', 'conversation/']

export const onceInside: Invariant = {
  number: 6,
  promise:
    'Processing inside is exactly once; external effects are at least once, all attempts under one key.',
  watch: () =>
    together(messages(), lives(), attempts(), works(), outcomes(), statistics(), cached(), intents()),
}

const say = (life: Life, detail: string): void => life.simulation.break(6, detail)

const identityOf = ({ causationId, output }: { causationId: number; output: number }): string =>
  `${causationId} ${output}`

/** Each derived message is one record; what is pending is delivered once, and then pending no more. */
function messages(): Watcher {
  let begun = false
  /** True where its recipient did not take it: then it may come again. */
  const processed = new Map<string, boolean>()
  const pending = new Map<number, string>()
  const waiting = new Map<string, number>()
  const add = (message: PendingMessage): void => {
    pending.set(message.id, identityOf(message))
    if (message.causationId > 0) waiting.set(identityOf(message), message.id)
  }
  return {
    starting: ({ simulation }) => {
      if (begun) return
      begun = true
      const { base, signals } = Past.of(simulation)
      for (const signal of signals)
        if (signal.causationId > 0) processed.set(identityOf(signal), signal.refused !== null)
      for (const text of base.pending.values()) add(JSON.parse(text) as PendingMessage)
    },
    durable: (batch, life) => {
      const past = Past.of(life.simulation)
      past.take(batch)
      for (const id of batch.delivered) {
        const identity = pending.get(id)
        if (identity === undefined) say(life, `pending message ${id} was delivered, and is not pending`)
        pending.delete(id)
        if (identity !== undefined) waiting.delete(identity)
      }
      for (const signal of batch.signals) {
        if (signal.causationId === 0) continue
        const identity = identityOf(signal)
        if (processed.get(identity) === false)
          say(life, `signal ${signal.seq} is output ${identity} once more, which was processed`)
        if (waiting.has(identity))
          say(life, `signal ${signal.seq} is output ${identity}, which is still pending`)
        processed.set(identity, signal.refused !== null)
        const wrong = strange(signal, past.signal(signal.causationId))
        if (wrong !== undefined) say(life, `signal ${signal.seq} ${wrong}`)
      }
      for (const message of batch.pending) {
        if (pending.has(message.id)) say(life, `two messages are pending under the number ${message.id}`)
        if (message.causationId > 0 && processed.get(identityOf(message)) === false)
          say(life, `output ${identityOf(message)} is pending, and was processed`)
        add(message)
      }
    },
  }
}

/** A derived message comes from whoever took its cause, or tells that one of a fault. */
function strange(signal: Signal, cause: Signal | undefined): string | undefined {
  // What was dropped nobody can ask.
  if (cause === undefined) return undefined
  const self = signal.from === HUB && signal.type === 'fault'
  if ((self ? signal.to : signal.from) !== cause.to)
    return `comes from ${signal.from}, and its cause ${cause.seq} went to ${cause.to}`
  if (cause.refused !== null && !self) return `was caused by ${cause.seq}, which was refused`
  return undefined
}

/** Nobody is brought to life twice, and a task or a run that ended never again. */
function lives(): Watcher {
  let begun = false
  const alive = new Set<Address>()
  const over = new Set<Address>()
  return {
    starting: ({ simulation }) => {
      if (begun) return
      begun = true
      for (const [address, stand] of new Standing(Past.of(simulation).base).actors)
        (stand.alive ? alive : over).add(address)
    },
    pruned: ({ simulation }) => {
      // What is forgotten altogether may be named anew.
      const known = new Set(simulation.state.records.map(record => decode(record).to))
      for (const address of over) if (!known.has(address)) over.delete(address)
    },
    durable: (batch: Batch, life) => {
      for (const { to, seq, fromState, toState, refused, final } of batch.signals) {
        if (to === HUB || toState === null) continue
        const stays = refused === null || (refused.code === 'MACHINE_FAULT' && fromState === null)
        if (!stays) continue
        if (fromState === null) {
          if (alive.has(to)) say(life, `signal ${seq} creates ${to}, which lives`)
          if (over.has(to) && !MAY_RETURN.some(kind => to.startsWith(kind)))
            say(life, `signal ${seq} creates ${to}, which had ended`)
          alive.add(to)
        } else if (!alive.has(to))
          say(
            life,
            `signal ${seq} is taken by ${to}, which ${over.has(to) ? 'had ended' : 'was never created'}`,
          )
        if (!final || refused !== null) continue
        alive.delete(to)
        over.add(to)
      }
    },
  }
}
