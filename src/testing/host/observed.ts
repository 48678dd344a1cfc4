/**
 * Observed: a runtime whose clients are overheard: what they ask for, and what they are told. It changes nothing of what
 * the runtime does.
 */
import { StatorError, type ErrorCode } from '../../errors.ts'
import type { Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { Said, Told, Wait } from './watcher.ts'

export interface Overheard {
  asked(said: Said): void
  acknowledged(address: Address, said: Said, signal: Signal | undefined): void
  refused(said: Said, error: unknown): void
  told(told: Told): void
  prunes(options: unknown): void
  waits(wait: Wait): void
  answered(wait: Wait, error: unknown): void
}

type Call = (...args: readonly unknown[]) => unknown
type Listen = (call: Call, name: string) => Call | undefined
interface Handle {
  readonly address: Address
}

/** What a result rejects with that is how the work ended, and not why nobody can say. */
const FAILURES: ReadonlySet<ErrorCode> = new Set([
  'TASK_FAILED',
  'WORKFLOW_FAILED',
  'CANCELLED',
  'TERMINATED',
  'DEPENDENCY_FAILED',
  'GROUP_FAILED',
])

export function observed(runtime: Runtime, by: Overheard): Runtime {
  let number = 0
  /** Settles once what was said is durable. */
  const accepted: Listen =
    (call, what) =>
    async (...args) => {
      const said = { number: ++number, what, args }
      by.asked(said)
      const given = await Promise.resolve(call(...args)).catch((error: unknown) => {
        by.refused(said, error)
        throw error
      })
      if (what === 'send') {
        by.acknowledged((given as Signal).to, said, given as Signal)
        return given
      }
      const { address } = given as Handle
      by.acknowledged(address, said, undefined)
      return handle(given as Handle, by)
    }
  const made: Listen =
    call =>
    (...args) =>
      handle(call(...args) as Handle, by)
  const prune: Listen =
    call =>
    (...args) => {
      by.prunes(args[0])
      return call(...args)
    }
  const agentOf = (id: unknown): Address => `agent/${String(id)}`
  const agents = listening(runtime.agents, {
    pause: done('pause', by, agentOf),
    resume: done('resume', by, agentOf),
    register: waiting('register', by, agent => agentOf((agent as { id?: unknown } | undefined)?.id)),
    unregister: waiting('unregister', by, agentOf),
  })
  const calls = {
    start: accepted,
    startGraph: accepted,
    startFlow: accepted,
    submit: accepted,
    send: accepted,
    run: made,
    task: made,
    prune,
    release: waiting('release', by, address => address as Address),
  }
  // The same work, by another door.
  const tasks = listening(runtime.tasks, {
    enqueue: call => accepted(call, 'submit'),
    enqueueAll: accepted,
    get: made,
    group: made,
    queue:
      call =>
      (...args) =>
        queue(call(...args) as { readonly name: string }, by),
  })
  return listening(runtime, calls, { agents, tasks })
}

function handle<H extends Handle>(given: H, by: Overheard): H {
  const { address } = given
  const ended =
    (what: 'outcome' | 'result'): Listen =>
    call =>
      waiting(
        what,
        by,
        () => address,
      )(async (...args) => {
        try {
          const value = await call(...args)
          by.told({ what, address, value })
          return value
        } catch (error) {
          if (error instanceof StatorError && FAILURES.has(error.code))
            by.told({ what: 'failure', address, value: error })
          throw error
        }
      }, what)
  return listening(given, {
    outcome: ended('outcome'),
    result: ended('result'),
    cancel: done('cancel', by, () => address),
    task:
      call =>
      (...args) =>
        handle(call(...args) as Handle, by),
  })
}

function queue<Q extends { readonly name: string }>(given: Q, by: Overheard): Q {
  const own = (): Address => `queue/${given.name}`
  return listening(given, {
    pause: done('pause', by, own),
    resume: waiting('resume', by, own),
    drain: waiting('drain', by, own),
  })
}

function done(
  what: 'cancel' | 'pause' | 'resume',
  by: Overheard,
  addressOf: (first: unknown) => Address,
): Listen {
  return call =>
    waiting(
      what,
      by,
      addressOf,
    )(async (...args) => {
      const value = await call(...args)
      by.told({ what, address: addressOf(args[0]), value })
      return value
    }, what)
}

/** Overheard until it is answered. */
function waiting(what: Wait['what'], by: Overheard, addressOf: (first: unknown) => Address): Listen {
  return call =>
    async (...args) => {
      const wait = { what, address: addressOf(args[0]) }
      by.waits(wait)
      try {
        const value = await call(...args)
        by.answered(wait, undefined)
        return value
      } catch (error) {
        by.answered(wait, error)
        throw error
      }
    }
}

/** The same, but for these calls, and these parts. */
function listening<T extends object>(
  whom: T,
  calls: Readonly<Record<string, Listen>>,
  parts: Readonly<Record<string, object>> = {},
): T {
  return new Proxy(whom, {
    get(target, name) {
      // Of the target itself: its fields are private to it.
      const value: unknown = Reflect.get(target, name, target)
      if (typeof name === 'string' && Object.hasOwn(parts, name)) return parts[name]
      if (typeof value !== 'function') return value
      const call: Call = (...args) => (value as Call).apply(target, args as unknown[])
      const listen = typeof name === 'string' && Object.hasOwn(calls, name) ? calls[name] : undefined
      return listen?.(call, String(name)) ?? call
    },
  })
}
