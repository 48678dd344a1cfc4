/** Scenarios: what the crash sweep plays, written so that each process life may begin it anew. */
import { z } from 'zod'
import { agent, graph, parallel, task, workflow, type StatorError } from 'stator'
import type { Life, Scenario, Setup } from 'stator/testing'

const text = z.object({ text: z.string() })
const say = task('say', { input: text, output: text })
const stubborn = task('stubborn', {
  input: text,
  output: text,
  retry: { maxAttempts: 3, initialInterval: '1s', jitter: 'full' },
})
const bad = task('bad', { input: text, output: text })
const endless = task('endless', { input: text, output: text })
const count = task('count', { input: z.object({ n: z.int() }), output: z.object({ n: z.int() }) })
const kept = task('kept', {
  input: text,
  output: z.object({ n: z.int() }),
  cache: { ttl: '1h' },
})
const sum = task('sum', { input: z.object({ all: z.array(z.object({ n: z.int() })) }), output: z.int() })

const chain = workflow('chain', { input: text })
  .step('one', say)
  .step('two', say, ({ outputs }) => ({ text: `${outputs.one.text}.` }))
  .step('three', say, ({ input, outputs }) => ({ text: input.text + outputs.two.text }))

const wide = workflow('wide', { input: text })
  .parallel(
    'many',
    steps => {
      let all = steps
      for (let i = 0; i < 12; i++) all = all.step(`s${i}`, count, () => ({ n: i })) as typeof all
      return all
    },
    { limit: 4 },
  )
  .step('last', say)

const retrying = workflow('retrying', { input: text }).step('first', stubborn).step('second', say)
const failing = workflow('failing', { input: text })
  .parallel('both', steps => steps.step('bad', bad).step('good', say))
  .step('after', say)
  .step('later', say)
const stopped = workflow('stopped', { input: text })
  .step('quick', say)
  .step('endless', endless)
  .step('never', say)

const recalling = workflow('recalling', { input: text })
  .step('one', kept)
  .step('two', kept)
  .step('three', kept, ({ outputs }) => ({ text: `${outputs.two.n}` }))

const workflows = [chain, wide, retrying, failing, stopped, recalling]

/** Two agents with everything, in every scenario. */
export function standard(life: Life): Setup {
  const build = (id: string, capacity: number): ReturnType<typeof agent> =>
    agent(id, { capacity })
      .handle(
        say,
        life.handler(async ({ text: said }, ctx) => {
          const made = await ctx.do('make', key => `${said}!${key.length}`)
          await life.wait(life.simulation.choices.below(20))
          const again = await ctx.do('again', async () => {
            await life.wait(3)
            return made.length
          })
          return { text: `${made}${again}` }
        }),
      )
      .handle(
        stubborn,
        life.handler(async ({ text: said }, ctx) => {
          const once = await ctx.do('once', () => said.length)
          await life.wait(5)
          if (ctx.attempt < 3) throw new Error(`attempt ${ctx.attempt}`)
          return { text: `${said}${once}` }
        }),
      )
      .handle(
        bad,
        life.handler(async () => {
          await life.wait(8)
          throw new Error('as always')
        }),
      )
      .handle(
        endless,
        life.handler(
          async (_, ctx) =>
            new Promise((_resolve, reject) => {
              ctx.signal.addEventListener('abort', () => reject(new Error('aborted')))
            }),
        ),
      )
      .handle(
        count,
        life.handler(async ({ n }, ctx) => {
          ctx.progress(50, 'half')
          await life.wait(life.simulation.choices.below(10))
          return { n: n + 1 }
        }),
      )
      .handle(
        kept,
        life.handler(async ({ text: said }) => {
          await life.wait(life.simulation.choices.below(10))
          return { n: said.length }
        }),
      )
      .handle(
        sum,
        life.handler(({ all }) => all.reduce((total, { n }) => total + n, 0)),
      )
  return { agents: [build('ann', 2), build('bob', 1)], workflows }
}

const input = { text: 'hello' }

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a chain with ctx.do',
    setup: standard,
    play: async life => {
      const run = await life.until(life.runtime.start(chain, input, { id: 'run' }))
      return life.until(run.outcome())
    },
  },
  {
    name: 'twelve at once with a limit',
    setup: standard,
    play: async life => {
      const run = await life.until(life.runtime.start(wide, input, { id: 'run' }))
      return life.until(run.outcome())
    },
  },
  {
    name: 'retries with backoff',
    setup: standard,
    play: async life => {
      const run = await life.until(life.runtime.start(retrying, input, { id: 'run' }))
      return life.until(run.outcome())
    },
  },
  {
    name: 'a failure that blocks others',
    setup: standard,
    play: async life => {
      const run = await life.until(life.runtime.start(failing, input, { id: 'run' }))
      return life.until(run.outcome())
    },
  },
  {
    name: 'a cancel in the middle',
    setup: standard,
    play: async life => {
      const run = await life.until(life.runtime.start(stopped, input, { id: 'run' }))
      const running = async (): Promise<void> => {
        for await (const signal of life.runtime.signals({ from: 'start', task: 'run/endless' }))
          if (signal.name === 'task.started') return
      }
      await life.until(running())
      await life.until(
        run.cancel('enough').catch((error: unknown) => {
          // Said before the crash already.
          if ((error as StatorError).code !== 'EVENT_REFUSED') throw error
        }),
      )
      return life.until(run.outcome())
    },
  },
  {
    name: 'a scheduled task',
    setup: standard,
    play: async life => {
      const startAt = Date.UTC(2030, 0, 1, 1)
      const handle = await life.until(life.runtime.submit(count, { n: 1 }, { id: 'later', startAt }))
      const outcome = await life.until(handle.outcome())
      const starts = life.simulation.ledger.of('start')
      return { outcome, early: starts.some(({ at }) => at < startAt) }
    },
  },
  {
    name: 'a graph as data',
    setup: standard,
    play: async life => {
      const plan = graph([
        { id: 'a', task: count, input: { n: 1 } },
        { id: 'b', task: count, input: { n: 2 } },
        { id: 'c', task: sum, bind: { all: ['a', 'b'] } },
      ])
      const run = await life.until(life.runtime.startGraph(plan, { id: 'run' }))
      return life.until(run.outcome())
    },
  },
  {
    name: 'cascades that do not fit in a turn',
    limits: { batchDeliveries: 3, batchInputs: 2 },
    setup: standard,
    play: async life => {
      const steps = Array.from({ length: 8 }, (_, n) => ({ id: `s${n}`, task: count, input: { n } }))
      const run = await life.until(life.runtime.startGraph(parallel(steps, { limit: 5 }), { id: 'run' }))
      return life.until(run.outcome())
    },
  },
  {
    name: 'one delivery a turn, a short tail and no memory',
    limits: { batchDeliveries: 1, tail: 3, liveActors: 1, idle: 1 },
    setup: standard,
    play: async life => {
      const run = await life.until(life.runtime.start(failing, input, { id: 'run' }))
      return life.until(run.outcome())
    },
  },
  {
    name: 'results that are kept',
    limits: { batchDeliveries: 3 },
    setup: standard,
    play: async life => {
      // Whatever was told to somebody is there for whoever comes then, in whatever process life.
      const told = async (id: string): Promise<string | null> => {
        const handle = await life.until(life.runtime.submit(kept, input, { id }))
        await life.until(handle.result())
        return handle.info().cachedFrom
      }
      const given = [await told('first'), await told('second')]
      const run = await life.until(life.runtime.start(recalling, input, { id: 'run' }))
      return { given, outcome: await life.until(run.outcome()) }
    },
  },
  {
    name: 'an agent that is paused',
    setup: standard,
    play: async life => {
      const quietly = async (done: Promise<void>): Promise<void> => {
        await life.until(
          done.catch((error: unknown) => {
            if ((error as StatorError).code !== 'EVENT_REFUSED') throw error
          }),
        )
      }
      await quietly(life.runtime.agents.pause('ann', 'tea'))
      const first = await life.until(life.runtime.start(chain, input, { id: 'run' }))
      const outcome = await life.until(first.outcome())
      const byAnn = life.runtime.history({ types: ['task.started'] }).filter(({ stamp, data }) => {
        const choice = (stamp ?? data) as { agent?: string }
        return choice.agent === 'agent/ann'
      })
      return { outcome, byAnn: byAnn.length, ann: life.runtime.agents.get('ann')?.state }
    },
  },
]
