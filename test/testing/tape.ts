/**
 * Tape: everything that a watcher is told in a good simulation, so that it can be told again, with one thing changed. For tests of
 * checks that read along with the shadow.
 */
import { INVARIANTS, Simulation, type Life, type SimulationOptions, type Watcher } from 'stator/testing'
import type { Signal } from 'stator'
import type { Batch } from '../../src/runtime/journal.ts'
import { emptyMemory } from '../../src/runtime/memory-journal.ts'
import { limitsOf } from '../../src/runtime/limits.ts'
import type { RuntimeStatus } from '../../src/runtime/options.ts'

type Hook = keyof Watcher

/** What a watcher was told, and what it could have looked at then. */
export interface Told {
  readonly hook: Hook
  args: unknown[]
  readonly life: number
  now: number
  next: number | undefined
  waiting: number
  steps: number
  isUp: boolean
  clean: boolean
  status: RuntimeStatus
}

const HOOKS: readonly Hook[] = [
  'starting',
  'up',
  'durable',
  'crashed',
  'asked',
  'acknowledged',
  'refused',
  'waits',
  'answered',
  'escaped',
  'outside',
  'stuck',
  'between',
  'drained',
]
const NOBODY = { inbox: 0, waitingTasks: 0, runningTasks: 0, hub: 'running' } as RuntimeStatus

export class Tape {
  readonly told: Told[] = []
  readonly #options: Omit<SimulationOptions, 'watchers'>
  readonly world: Simulation

  constructor(options: Omit<SimulationOptions, 'watchers'>) {
    this.#options = options
    const watcher = Object.fromEntries(
      HOOKS.map(hook => [hook, (...args: unknown[]) => this.#write(hook, args)]),
    )
    this.world = new Simulation({ ...options, watchers: [watcher] })
  }

  /** Tells a check all of it again, as changed. Returns what it complained of. */
  replay(number: number, change: (told: Told[]) => void = () => {}): string[] {
    const told = this.told.map(each => ({ ...each, args: each.args.map(copy) }))
    change(told)
    const watcher = INVARIANTS.find(each => each.number === number)?.watch?.() as Watcher
    const broken: string[] = []
    const state = emptyMemory()
    let at = told[0] as Told
    const stage = {
      clock: { now: () => at.now, next: () => at.next },
      scheduler: {
        get size() {
          return at.waiting
        },
      },
      state,
      limits: limitsOf(this.#options.limits),
      get steps() {
        return at.steps
      },
      get position() {
        return state.records.at(-1)?.seq ?? 0
      },
      setup: (life: Life) => this.#options.setup(life),
      break: (promise: number, detail: string) => broken.push(`${promise}: ${detail}`),
    }
    const lives = new Map<number, object>()
    for (at of told) {
      state.clean = at.clean
      const life = lives.get(at.life) ?? lifeOf(at.life, stage, () => at)
      lives.set(at.life, life)
      if (at.hook === 'durable') commit(state, at.args[0] as Batch)
      const args = at.args.map(arg => (arg === LIFE ? life : arg))
      ;(watcher[at.hook] as ((...all: unknown[]) => void) | undefined)?.(...args)
    }
    return broken
  }

  #write(hook: Hook, all: unknown[]): void {
    const life = all.find(arg => (arg as Life | undefined)?.simulation === this.world) as Life
    const { clock, scheduler, steps, state } = this.world
    this.told.push({
      hook,
      args: all.map(arg => (arg === life ? LIFE : copy(arg))),
      life: life.number,
      now: clock.now(),
      next: clock.next(),
      waiting: scheduler.size,
      steps,
      isUp: life.isUp,
      clean: state.clean,
      status: hook === 'drained' || hook === 'asked' ? life.runtime.status() : NOBODY,
    })
  }
}

const LIFE = Symbol('the life that it is about')

/** What may be changed is a copy; what is known by its identity is not. */
function copy(value: unknown): unknown {
  const isBatch = typeof value === 'object' && value !== null && 'signals' in value
  return isBatch ? structuredClone(value) : value
}

function lifeOf(number: number, simulation: object, at: () => Told): object {
  return {
    number,
    simulation,
    doomed: false,
    get isUp() {
      return at().isUp
    },
    runtime: { status: () => at().status },
    handler: (run: unknown) => run,
  }
}

function commit(state: ReturnType<typeof emptyMemory>, { records, pending, delivered }: Batch): void {
  state.records.push(...records)
  for (const id of delivered) state.pending.delete(id)
  for (const row of pending) state.pending.set(row.id, JSON.stringify(row))
}

type Draft<T> = { -readonly [K in keyof T]: T[K] }

/** The batches, in their order, to be changed. */
export function batches(told: readonly Told[]): Draft<Batch>[] {
  return told.filter(({ hook }) => hook === 'durable').map(({ args }) => args[0] as Draft<Batch>)
}

/** The first signal of which that is true, to be changed. */
export function signal(told: readonly Told[], is: (signal: Signal) => boolean): Draft<Signal> {
  const found = batches(told)
    .flatMap(({ signals }) => signals)
    .find(is)
  if (found === undefined) throw new Error('the tape has no such signal')
  return found
}
