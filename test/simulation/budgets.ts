/**
 * Budgets, as an act: handlers that set aside, settle, release, leave open, spend, fail and hang, below one budget or one of their own,
 * which somebody raises now and then; through crashes. What must come of it the invariants know; here only that what is spent under a
 * key is spent once.
 */
import { z } from 'zod'
import { agent, type AgentDefinition, type Handler } from '../../src/actors/agent.ts'
import { task } from '../../src/actors/task.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import type { Act } from './acts.ts'
import { codeOf, OVER, untilRoom } from './clients.ts'
import { from, several, weighed } from './draw.ts'

const TOP = 'budgets-top'
const DEEDS = { settle: 5, release: 2, leave: 3, use: 3, spend: 3, keyed: 3, careful: 3, wait: 3, fail: 2 }
/** What clients may meet: the budget has ended or was pruned, nobody has room. */
const MEANT = new Set(
  'EVENT_REFUSED NOT_FOUND RECIPIENT_UNKNOWN IDEMPOTENCY_CONFLICT HUB_BUSY HELD'.split(' '),
)

interface Deed {
  readonly what: keyof typeof DEEDS
  /** Asked for, and used: which may be more. */
  readonly asked: number
  readonly used: number
}

interface Job {
  readonly deeds: readonly Deed[]
  readonly declares: boolean
  /** Its own limit, or the budget above all. */
  readonly own: number | undefined
  readonly after: number
}

const input = z.object({ job: z.int() })
const policies = {
  input,
  retry: { maxAttempts: 3, initialInterval: 3, jitter: 'none' },
  timeout: '40ms',
  uncertain: 'retry',
} as const
const plain = task('budgets-plain', policies)
const declared = task('budgets-declared', { ...policies, budget: { tokens: 15 } })

export function drawBudgets(dice: Dice): Act {
  const jobs = several(from(dice, 2, 6), () => ({
    deeds: several(from(dice, 0, 5), () => ({
      what: weighed(dice, DEEDS),
      asked: from(dice, 1, 30),
      used: from(dice, 0, 35),
    })),
    declares: dice.chance(0.4),
    own: dice.chance(0.3) ? from(dice, 10, 120) : undefined,
    after: dice.below(40),
  }))
  return new Budgets(jobs, from(dice, 40, 250), dice.chance(0.4) ? from(dice, 60, 200) : undefined)
}

class Budgets implements Act {
  readonly #jobs: readonly Job[]
  readonly #limit: number
  /** Milliseconds of running in all. */
  readonly #time: number | undefined
  isOver = false

  constructor(jobs: readonly Job[], limit: number, time: number | undefined) {
    this.#jobs = jobs
    this.#limit = limit
    this.#time = time
  }

  agents(life: Life): readonly AgentDefinition[] {
    const run: Handler<z.infer<typeof input>, string> = async ({ job }, ctx) => {
      const { budget } = ctx
      for (const [index, { what, asked, used }] of (this.#jobs[job] as Job).deeds.entries()) {
        if (what === 'wait') await life.wait(used)
        else if (what === 'fail') throw new Error('as drawn')
        else if (what === 'spend') await budget.spend({ tokens: used, cost: used / 7 })
        else if (what === 'keyed') await budget.spend({ [`key-${job}-${index}`]: 1 }, { key: `${index}` })
        else if (what === 'careful') await ctx.do(`deed-${index}`, () => life.wait(used % 5))
        else if (what === 'use')
          await budget.use({ tokens: asked }, async meter => {
            await life.wait(3)
            meter.add({ tokens: used })
          })
        else {
          const held = await budget.reserve({ tokens: asked })
          if (what === 'settle') await held.settle({ tokens: used })
          if (what === 'release') await held.release()
        }
      }
      if (job % 2 === 0) await budget.declared?.settle({ tokens: 3 })
      return 'done'
    }
    return ['budgets-ann', 'budgets-bob'].map(id =>
      agent(id, { capacity: 2 })
        .handle(plain, life.handler(run as never) as never)
        .handle(declared, life.handler(run as never) as never),
    )
  }

  async live(life: Life): Promise<void> {
    if (this.isOver) return
    const { budgets } = life.runtime
    try {
      const time = this.#time === undefined ? {} : { time: this.#time }
      await budgets.open(TOP, { tokens: this.#limit, ...time })
      await Promise.all(this.#jobs.map((_, job) => this.#submit(job, life)))
      this.#keyedOnce(life)
      if (budgets.get(TOP)?.state !== 'closed') await budgets.close(TOP, { by: 'ann' })
      this.isOver = true
    } catch (error) {
      const code = codeOf(error)
      if (!life.alive || OVER.has(code)) return
      if (!MEANT.has(code)) life.simulation.break('budgets', String(error))
      this.isOver = true
    }
  }

  async #submit(job: number, life: Life): Promise<void> {
    const { own, declares, after } = this.#jobs[job] as Job
    await life.wait(after)
    const budget = own === undefined ? TOP : { tokens: own }
    const options = { id: `budgets-${job}`, whenFull: 'wait', budget } as const
    const handle = await untilRoom(life, () =>
      life.runtime.submit(declares ? declared : plain, { job }, options),
    )
    if (job === 1)
      await life.runtime.budgets.raise(TOP, { tokens: this.#limit + 50 }, { by: 'ann', reason: 'as drawn' })
    await handle.outcome().catch((error: unknown) => {
      if (codeOf(error) !== 'NOT_FOUND') throw error
    })
  }

  #keyedOnce(life: Life): void {
    for (const [unit, amount] of Object.entries(life.runtime.budgets.get(TOP)?.spent ?? {}))
      if (unit.startsWith('key-') && amount > 1)
        life.simulation.break('budgets', `${unit} was spent ${amount} times under one key`)
  }
}
