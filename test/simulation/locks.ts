/**
 * Locks, as an act: handlers that take locks in any order and more than once, are silent for too long, hang, fail, forget to give back;
 * clients that hold some and forget them; an operator who breaks them; through crashes. What must come of it the invariants know; here
 * only that nobody is inside together with somebody else who was told that the lock is his.
 */
import { z } from 'zod'
import { agent, type AgentDefinition, type Handler } from '../../src/actors/agent.ts'
import type { Lock, LockOptions } from '../../src/actors/lock-calls.ts'
import { task } from '../../src/actors/task.ts'
import type { TaskContext } from '../../src/actors/task-context.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import type { Act } from './acts.ts'
import { codeOf, OVER, unlessPruned, untilRoom } from './clients.ts'
import { from, several } from './draw.ts'

const NAMES = ['x', 'y', '/z 1'] as const
const AGENTS = ['locks-ada', 'locks-ben']

interface Grasp {
  readonly name: (typeof NAMES)[number]
  readonly options: LockOptions
  /** Milliseconds until the next one is asked for; with signs of life, or without. */
  readonly ms: number
  readonly alive: boolean
  readonly back: boolean
  /** It asks for this one and the next at once. */
  readonly together: boolean
}

interface Job {
  readonly at: number
  readonly grasps: readonly Grasp[]
  /** How its first attempt ends. */
  readonly end: 'works' | 'throws' | 'hangs'
}

interface Deed {
  readonly after: number
  readonly name: (typeof NAMES)[number]
  readonly what: 'break' | 'acquire' | 'forget' | 'release' | 'look'
}

const input = z.object({ job: z.int() })
const locking = task('locks-job', {
  input,
  timeout: { startToClose: 120 },
  retry: { maxAttempts: 3, initialInterval: 5, jitter: 'none' },
})

export function drawLocks(dice: Dice): Act {
  const jobs = several(from(dice, 2, 6), () => ({
    at: dice.below(60),
    grasps: several(from(dice, 1, 4), () => drawGrasp(dice)),
    end: dice.pick(['works', 'works', 'works', 'throws', 'hangs'] as const),
  }))
  const deeds = several(dice.below(5), () => ({
    after: dice.below(60),
    name: dice.pick(NAMES),
    what: dice.pick(['break', 'acquire', 'forget', 'release', 'look'] as const),
  }))
  return new Locks(jobs, deeds, from(dice, 1, 4))
}

function drawGrasp(dice: Dice): Grasp {
  return {
    name: dice.pick(NAMES),
    options: {
      lease: dice.pick([10, 30, 200, 10_000]),
      ...(dice.chance(0.2) ? { wait: false } : {}),
      ...(dice.chance(0.4) ? { timeout: dice.below(60) } : {}),
    },
    ms: dice.below(25),
    alive: dice.chance(0.5),
    back: dice.chance(0.6),
    together: dice.chance(0.15),
  }
}

class Locks implements Act {
  readonly #jobs: readonly Job[]
  readonly #deeds: readonly Deed[]
  readonly #capacity: number
  isOver = false

  constructor(jobs: readonly Job[], deeds: readonly Deed[], capacity: number) {
    this.#jobs = jobs
    this.#deeds = deeds
    this.#capacity = capacity
  }

  agents(life: Life): readonly AgentDefinition[] {
    const run: Handler<z.infer<typeof input>, unknown> = ({ job }, ctx) =>
      this.#work(this.#jobs[job] as Job, ctx, life)
    return AGENTS.map(id =>
      agent(id, { capacity: this.#capacity }).handle(locking, life.handler(run as never) as never),
    )
  }

  async live(life: Life): Promise<void> {
    if (this.isOver) return
    void this.#meddle(life).catch((error: unknown) => this.#meant(error, life))
    try {
      await Promise.all(this.#jobs.map((job, index) => this.#see(job, index, life)))
      this.isOver = true
    } catch (error) {
      this.#meant(error, life)
    }
  }

  async #see({ at }: Job, job: number, life: Life): Promise<void> {
    await life.wait(at)
    const id = `locks-${job}`
    const ask = async () => life.runtime.submit(locking, { job }, { id, whenFull: 'wait' })
    await unlessPruned(untilRoom(life, ask).then(async handle => handle.outcome()))
  }

  async #work({ grasps, end }: Job, ctx: TaskContext, life: Life): Promise<unknown> {
    const held: Lock[] = []
    const tokens: number[] = []
    let before: Promise<unknown> = Promise.resolve()
    for (const { name, options, ms, alive, back, together } of grasps) {
      const one = ctx
        .lock(name, options)
        .then(lock => tokens.push(lock.token) + held.push(lock))
        .catch(() => 0)
      if (!together) await Promise.all([before, one])
      before = one
      for (let left = ms; left > 0; left -= 5) {
        await life.wait(Math.min(left, 5))
        if (alive) ctx.heartbeat()
      }
      if (back)
        await held
          .pop()
          ?.release()
          .catch(() => {})
    }
    if (end === 'throws' && ctx.attempt === 1) throw new Error('it let go of nothing')
    if (end === 'hangs' && ctx.attempt === 1) await life.wait(10_000)
    return tokens
  }

  /** Clients and an operator. */
  async #meddle(life: Life): Promise<void> {
    const { locks } = life.runtime
    for (const { after, name, what } of this.#deeds) {
      await life.wait(after)
      if (this.isOver) return
      const said =
        what === 'break'
          ? locks.break(name, { by: 'ops', reason: 'it was asked for' })
          : what === 'release'
            ? locks.release(name, { owner: 'locks-ci' })
            : what === 'acquire'
              ? locks.acquire(name, { lease: 40, timeout: 20 }).then(async lock => lock.release())
              : what === 'forget'
                ? locks.acquire(name, { owner: 'locks-ci', lease: 40, timeout: 30 })
                : Promise.resolve(locks.statistics())
      await said.catch((error: unknown) => this.#meant(error, life))
    }
  }

  #meant(error: unknown, life: Life): void {
    const code = codeOf(error)
    if (life.alive && !OVER.has(code) && !MEANT.has(code)) life.simulation.break('locks', String(error))
  }
}

/** What clients may meet: another has it, nobody has it, it was lost, there is none of that name yet; the rest is busy or gone. */
const MEANT: ReadonlySet<string> = new Set([
  'LOCK_HELD',
  'LOCK_LOST',
  'LOCK_TIMEOUT',
  'EVENT_REFUSED',
  'NOT_FOUND',
  'HUB_BUSY',
  'HELD',
])
