/** Any graph, under any limits, through any two crashes, ends as it would have ended undisturbed. */
import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { agent, graph, NonRetryableError, task, type GraphStep, type Limits } from 'stator'
import { CRASH_POINTS, Dice, play, type Life, type Scenario, type Setup } from 'stator/testing'
import { z } from 'zod'
import { replaysTheSame } from '../../src/testing/invariants/same-replayed.ts'
import { good } from './support/play.ts'

interface Work {
  readonly how: 'works' | 'fails' | 'fails for good' | 'works at the third attempt' | 'works in parts'
  readonly ms: number
}

const work = z.object({ how: z.string(), ms: z.number() })
const retry = { maxAttempts: 3, initialInterval: 40, backoff: 2, jitter: 'equal' } as const
const job = task('job', { input: work, retry })

const setup = (life: Life): Setup => ({
  tasks: [job],
  agents: ['ann', 'bob'].map((id, n) =>
    agent(id, { capacity: n + 1 }).handle(
      job,
      life.handler(async ({ how, ms }, ctx) => {
        const first = how === 'works in parts' ? await ctx.do('first', () => ms) : 0
        await life.wait(ms)
        if (how === 'fails' || (how === 'works at the third attempt' && ctx.attempt < 3)) throw new Error(how)
        if (how === 'fails for good') throw new NonRetryableError(how)
        const second =
          how === 'works in parts' ? await ctx.do('second', async () => life.wait(2).then(() => ms * 2)) : 0
        return { how, first, second }
      }),
    ),
  ),
})

const works = fc.record<Work>({
  how: fc.constantFrom(
    'works',
    'works',
    'works in parts',
    'works at the third attempt',
    'fails',
    'fails for good',
  ),
  ms: fc.integer({ min: 0, max: 60 }),
})
const graphs = fc
  .array(fc.record({ work: works, after: fc.array(fc.nat(), { maxLength: 3 }), grouped: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  })
  .map(drafts =>
    drafts.map(({ work: input, after, grouped }, n): GraphStep => ({
      id: `s${n}`,
      task: job,
      input,
      after: n === 0 ? [] : [...new Set(after.map(nat => `s${nat % n}`))],
      ...(grouped ? { group: 'few' } : {}),
    })),
  )
const limits: fc.Arbitrary<Partial<Limits>> = fc.record({
  batchInputs: fc.constantFrom(1, 2, 1000),
  batchDeliveries: fc.constantFrom(1, 2, 5, 10_000),
  tail: fc.constantFrom(1, 7, 10_000),
  idle: fc.constantFrom(1, 50),
  liveActors: fc.constantFrom(1, 1000),
})
const crashes = fc.array(
  fc.record({ write: fc.integer({ min: 1, max: 40 }), point: fc.constantFrom(...CRASH_POINTS) }),
  { maxLength: 2 },
)

test('any graph, any limits, any crashes: the same outcome, and a replay gives the live state', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, limits, crashes, fc.nat(1000), async (steps, chosen, planned, seed) => {
      const scenario: Scenario = {
        name: 'random',
        setup,
        limits: chosen,
        play: async life => {
          const plan = graph(steps, { limit: 6, groups: { few: { limit: 2 } } })
          const run = await life.until(life.runtime.startGraph(plan, { id: 'run' }))
          const outcome = await life.until(run.outcome())
          // Which failure came first depends on time.
          return { ...outcome, error: outcome.error !== undefined }
        },
      }
      const plain = await play({ ...scenario, limits: {} }, { seed, watchers: [good] })
      const dice = new Dice(seed)
      const between = (life: Life): void => {
        if (life.isUp && dice.chance(0.03)) replaysTheSame(life)
      }
      const watchers = [good, { between }]
      const played = await play(scenario, { seed: seed + 1, crashes: planned, watchers })
      expect(withoutBlockers(played.outcome)).toEqual(withoutBlockers(plain.outcome))
    }),
    { numRuns: 120, seed: 2026 },
  )
})

/** Which of two failed dependencies blocked a step depends on time as well. */
function withoutBlockers(outcome: string): unknown {
  return JSON.parse(outcome.replaceAll(/blocked: s\d+ ended with [A-Z_]+/g, 'blocked'))
}
