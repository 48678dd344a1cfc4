/** Compiled workflows at their edges: names, signals that come early, lists that fail halfway, and outputs that are too large. */
import { describe, expect, test } from 'vitest'
import { agent, flow, signal, task, workflow, type RunOutcome } from 'stator'
import type { Life, Setup } from 'stator/testing'
import { z } from 'zod'
import { worldOf } from './support/world.ts'

const number = z.object({ n: z.number() })
const add = task('add', { input: number, output: number })
const undo = task('undo', { input: z.object({ input: number, output: number.optional() }), output: z.null() })
const fill = task('fill', { input: z.object({ bytes: z.number() }), output: z.string() })
const ready = signal('ready', number)
const one = { n: 1 }

/** What was done: numbers from 90 on fail, and 50 takes so long that it is stopped before. */
interface Played {
  readonly life: Life
  readonly outcome: RunOutcome
  readonly did: readonly string[]
}

type Any = NonNullable<Setup['workflows']>[number]
type Started = Awaited<ReturnType<Life['runtime']['start']>>

async function played(
  definition: unknown,
  more: { others?: readonly Any[]; meanwhile?: (life: Life, run: Started) => Promise<unknown> } = {},
): Promise<Played> {
  const did: string[] = []
  const world = worldOf(life => ({
    workflows: [definition as Any, ...(more.others ?? [])],
    agents: [
      agent('ann', { capacity: 10 })
        .handle(
          add,
          life.handler(async ({ n }, ctx) => {
            did.push(ctx.task.slice('task/r/'.length))
            if (n >= 90) throw new Error('too much')
            if (n === 50) await life.wait(1000)
            return { n: n + 1 }
          }),
        )
        .handle(
          undo,
          life.handler((_, ctx) => {
            did.push(ctx.task.slice('task/r/'.length))
            return null
          }),
        )
        .handle(
          fill,
          life.handler(({ bytes }) => 'x'.repeat(bytes)),
        ),
    ],
  }))
  const life = await world.boot()
  const run = await life.until(life.runtime.start(definition as never, one as never, { id: 'r' }))
  await more.meanwhile?.(life, run as never)
  const outcome = (await life.until(run.outcome())) as RunOutcome
  return { life, outcome, did }
}

describe('a name', () => {
  test('in a branch may be any: also what the branch calls its own choice', async () => {
    const choosing = workflow('choosing', { input: number }).branch('size', cases =>
      cases
        .when(
          'big',
          ({ input }) => input.n > 5,
          row => row.step('choice', add),
        )
        .otherwise('small', row => row.step('other', add)),
    )
    const { did } = await played(choosing)
    expect(did).toEqual(['other'])
  })

  test('in a loop may be any: also what the loop calls its own check', async () => {
    const checking = workflow('checking', { input: number }).loop('rounds', row => row.step('check', add), {
      while: ({ outputs, input }) => outputs.check === undefined && input.n === 1,
      max: 3,
    })
    const { did } = await played(checking)
    expect(did).toEqual(['check'])
  })

  test.each(['2', '3.i12'])('is no number, which would be a visit or an item of the run above: %s', name => {
    const refused = expect.objectContaining({ code: 'DEFINITION_INVALID' }) as unknown
    expect(() => workflow('numbered', { input: number }).step(name, add)).toThrow(refused as Error)
    const document = { name: 'numbered', steps: [{ step: name, task: 'add' }] }
    expect(() => flow(document)).toThrow(refused as Error)
  })
})

describe('a signal', () => {
  const both = workflow('both', { input: number })
    .step('long', add, () => ({ n: 50 }))
    .parallel('sides', side =>
      side
        .sequence('left', row => row.wait('a', { signal: ready, timeout: '1h' }))
        .sequence('right', row => row.wait('b', { signal: ready, timeout: '1h' })),
    )

  test.each([
    ['before anybody waits for it', 0],
    ['while both wait', 2000],
  ])('that comes %s is word for all who wait at once', async (_when, ms) => {
    const { outcome } = await played(both, {
      meanwhile: async (life, run) => {
        await life.until(life.wait(ms))
        await life.until(run.signal(ready, { n: 7 }))
      },
    })
    expect(outcome.outputs).toMatchObject({ a: { n: 7 }, b: { n: 7 } })
  })

  test('of which two came before is taken by each who waits, oldest first', async () => {
    const twice = workflow('twice', { input: number })
      .step('long', add, () => ({ n: 50 }))
      .wait('a', { signal: ready, timeout: '1h' })
      .wait('b', { signal: ready, timeout: '1h' })
    const { outcome } = await played(twice, {
      meanwhile: async (life, run) => {
        await life.until(run.signal(ready, { n: 7 }))
        await life.until(run.signal(ready, { n: 8 }))
      },
    })
    expect(outcome.outputs).toMatchObject({ a: { n: 7 }, b: { n: 8 } })
  })

  test('may be called as what every object has', async () => {
    const odd = signal('constructor', number)
    const waiting = workflow('waiting', { input: number })
      .step('long', add, () => ({ n: 50 }))
      .wait('a', { signal: odd, timeout: '1h' })
    const { outcome } = await played(waiting, {
      meanwhile: (life, run) => life.until(run.signal(odd, { n: 7 })),
    })
    expect(outcome).toMatchObject({ status: 'completed', outputs: { a: { n: 7 } } })
  })
})

describe('a wait', () => {
  test.each([[null], [true], [''], [[]], [{}]])('until what is no time fails: %j', async made => {
    const waiting = workflow('waiting', { input: number }).wait('a', { until: () => made as never })
    const { outcome } = await played(waiting)
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'MAPPER_FAILED' } })
  })
})

describe('an item of a map that fails', () => {
  const list = [0, 99, 3, 4].map(n => ({ n }))

  test('and stops the run lets no other begin', async () => {
    const each = [50, 99, 3, 4].map(n => ({ n }))
    const stopping = workflow('stopping', { input: number, onFailure: 'cancel' }).map(
      'each',
      () => each,
      add,
      {
        limit: 2,
        compensate: undo,
      },
    )
    const { life, outcome, did } = await played(stopping)
    expect(outcome.status).toBe('compensated')
    expect(did.toSorted()).toEqual(['each/0', 'each/1', 'each/undo.i0', 'each/undo.i1'])
    expect(() => life.runtime.tasks.get('r/each/2').status()).toThrow(/NOT_FOUND/)
  })

  test.each(['cancel', 'continue'] as const)('is why the map failed (%s)', async onFailure => {
    const failing = workflow('failing', { input: number, onFailure }).map('each', () => list, add, {
      limit: 2,
    })
    const { outcome } = await played(failing)
    expect(outcome.steps).toMatchObject({ each: { status: 'failed', error: { message: 'too much' } } })
  })
})

describe('a loop in a loop', () => {
  test('begins with nothing in each round of the one around it', async () => {
    let rounds = 0
    const nested = workflow('nested', { input: number }).loop(
      'outer',
      outer =>
        outer
          .loop('inner', row => row.step('tried', add), {
            while: ({ outputs }) => outputs.tried === undefined,
            max: 3,
          })
          .step('after', add),
      { while: () => rounds++ < 2, max: 3 },
    )
    const { did } = await played(nested)
    expect(did).toEqual(['tried', 'after', 'tried/2', 'after/2'])
  })
})

describe('the outputs of a map', () => {
  test('are one list for all items of another that look at it, and nobody can write to it', async () => {
    const seen: (readonly unknown[])[] = []
    const looking = workflow('looking', { input: number })
      .map('first', () => [one, one, one], add)
      .map('second', () => [0, 1, 2], add, {
        each: (_, { outputs, index }) => {
          seen.push(outputs.first)
          return outputs.first[index] ?? one
        },
      })
    const { outcome } = await played(looking)
    expect(outcome.outputs).toMatchObject({ second: [{ n: 3 }, { n: 3 }, { n: 3 }] })
    expect(new Set(seen).size).toBe(1)
    expect(Object.isFrozen(seen[0])).toBe(true)
  })
})

describe('a run below a run', () => {
  const large = workflow('large', { input: number })
    .step('kept', add, undefined, { compensate: undo })
    .step('first', fill, () => ({ bytes: 200_000 }))
    .step('second', fill, () => ({ bytes: 200_000 }))
  const above = workflow('above', { input: number }).step('below', large)

  test('whose outputs are together too large to be passed on has failed to the one above, and is undone', async () => {
    const { outcome, did } = await played(above, { others: [large as never] })
    expect(outcome).toMatchObject({ status: 'compensated', error: { code: 'MESSAGE_TOO_LARGE' } })
    expect(did).toEqual(['below/kept', 'below/kept/undo'])
  })
})
