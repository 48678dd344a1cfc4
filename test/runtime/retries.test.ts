/** What is tried again, when, and how often; each attempt can be looked up, whenever and in whatever process life. */
import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  agent,
  createRuntime,
  NonRetryableError,
  RetryAfterError,
  task,
  type Duration,
  type RetryOptions,
  type StatorError,
  type Timeouts,
} from 'stator'
import type { Life } from 'stator/testing'
import { single } from './support/world.ts'

const INPUT = { text: 'x' }
const never = (): Promise<never> => new Promise(() => {})
/** A simulated turn takes some time itself. */
const TURN = 60

class Refused extends Error {}
class Banned extends Refused {}

type Deed = 'fails' | 'works' | 'final' | 'banned' | { readonly after: number }
interface Wait {
  readonly least: number
  readonly most: number
}

/** What must come of it: how many attempts, how it ends, and how long each wait is: told apart from the machine. */
function oracle(deeds: readonly Deed[], policy: Required<RetryOptions>): { waits: Wait[]; ends: string } {
  const waits: Wait[] = []
  for (let n = 1; ; n++) {
    const deed = deeds[n - 1] ?? 'works'
    if (deed === 'works') return { waits, ends: 'completed' }
    if (deed === 'final' || deed === 'banned' || n >= policy.maxAttempts) return { waits, ends: 'failed' }
    if (typeof deed === 'object') waits.push({ least: deed.after, most: deed.after })
    else {
      let interval = policy.initialInterval as number
      for (let k = 1; k < n; k++) interval *= policy.backoff
      const most = Math.min(interval, policy.maxInterval as number)
      const least = policy.jitter === 'full' ? 0 : policy.jitter === 'equal' ? most / 2 : most
      waits.push({ least, most })
    }
  }
}

const deed = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Deed>('fails') },
  { weight: 1, arbitrary: fc.constantFrom<Deed>('works', 'final', 'banned') },
  { weight: 3, arbitrary: fc.record({ after: fc.integer({ min: 0, max: 5_000 }) }) },
)
const policyOf = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 6 }),
  initialInterval: fc.integer({ min: 0, max: 2_000 }),
  backoff: fc.integer({ min: 1, max: 4 }),
  maxInterval: fc.integer({ min: 0, max: 5_000 }),
  jitter: fc.constantFrom('full', 'equal', 'none'),
  nonRetryable: fc.constant([Refused]),
})

test('attempts come when the policy says, and no more of them, whatever the policy and the failures', async () => {
  await fc.assert(
    fc.asyncProperty(policyOf, fc.array(deed, { maxLength: 7 }), async (retry, deeds) => {
      const { world, job } = single(
        (_, ctx) => {
          const done = deeds[ctx.attempt - 1] ?? 'works'
          if (done === 'works') return 'done'
          if (done === 'final') throw new NonRetryableError('never')
          if (done === 'banned') throw new Banned('no')
          if (done === 'fails') throw new Error('oops')
          throw new RetryAfterError('later', done)
        },
        { retry },
      )
      const life = await world.boot()
      const handle = await life.until(life.runtime.submit(job, INPUT))
      const { status } = await life.until(handle.outcome())
      const { waits, ends } = oracle(deeds, retry)
      const attempts = handle.attempts()
      expect(status).toBe(ends)
      expect(attempts).toHaveLength(waits.length + 1)
      for (const [index, { least, most }] of waits.entries()) {
        const { endedAt, retryAt, number } = attempts[index] as (typeof attempts)[0]
        const waited = (retryAt ?? 0) - (endedAt ?? 0)
        expect(number).toBe(index + 1)
        expect(waited).toBeGreaterThanOrEqual(Math.floor(least))
        expect(waited).toBeLessThanOrEqual(Math.ceil(most))
        const next = attempts[index + 1]?.startedAt ?? 0
        expect(next).toBeGreaterThanOrEqual(retryAt ?? 0)
        expect(next).toBeLessThanOrEqual((retryAt ?? 0) + TURN)
      }
      await world.drain(life)
      expect(world.broken).toEqual([])
    }),
    { numRuns: 60, seed: 11 },
  )
})

describe('retry-after', () => {
  const waitsFor = async (after: unknown): Promise<[number | null, string]> => {
    const { world, job } = single(
      (_, ctx) => {
        if (ctx.attempt === 1) throw new RetryAfterError('busy', { after: after as Duration, code: 'E_BUSY' })
        return 'done'
      },
      { retry: { maxAttempts: 2, initialInterval: '7s', jitter: 'none' } },
    )
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT))
    await world.pass(life, 60)
    const [first] = handle.attempts()
    expect(first).toMatchObject({ outcome: 'failed', error: { name: 'RetryAfterError', code: 'E_BUSY' } })
    const wait =
      first?.retryAt === null || first?.retryAt === undefined ? null : first.retryAt - (first.endedAt ?? 0)
    return [wait, (await life.until(handle.outcome())).status]
  }

  test.each([
    ['a duration', '90s', 90_000],
    ['milliseconds', 250, 250],
    ['nothing at all', 0, 0],
    ['parts of a millisecond, which are never early', 0.25, 1],
    ['more than a year, which is a year', '400d', 365 * 86_400_000],
    ['what is no duration, which the policy decides', 'soon', 7_000],
    ['a negative time, which the policy decides', -1, 7_000],
    ['NaN, which the policy decides', Number.NaN, 7_000],
    ['a date, which the policy decides', new Date(0), 7_000],
  ])('may be %s', async (_, after, wait) => {
    expect(await waitsFor(after)).toEqual([wait, 'completed'])
  })

  test('that is no duration is logged', async () => {
    const warn = vi.fn<(details: object, message?: string) => void>()
    const log = {
      debug: vi.fn<(details: object, message?: string) => void>(),
      info: vi.fn<(details: object, message?: string) => void>(),
      warn,
      error: vi.fn<(details: object, message?: string) => void>(),
    }
    const job = task('job')
    const busy = (): Promise<never> =>
      Promise.reject(new RetryAfterError('busy', { after: 'soon' as Duration }))
    const runtime = await createRuntime({ logger: log, agents: [agent('ann').handle(job, busy)] })
    const handle = await runtime.submit(job, 1)
    await handle.outcome()
    await runtime.close()
    expect(warn).toHaveBeenCalledWith(
      expect.objectContaining({ task: handle.address }),
      expect.stringContaining('retry-after'),
    )
  })

  test('survives a restart', async () => {
    const { world, job } = single(
      (_, ctx) => {
        if (ctx.attempt === 1) throw new RetryAfterError('busy', { after: '1h' })
        return 'done'
      },
      { retry: { maxAttempts: 2, initialInterval: 1 } },
    )
    const first = await world.boot()
    await first.until(first.runtime.submit(job, INPUT, { id: 'one' }))
    await world.pass(first, 1_000)
    first.die()
    const life = await world.boot()
    const handle = life.runtime.task('one')
    await life.until(handle.outcome())
    const [one, two] = handle.attempts()
    expect((two?.startedAt ?? 0) - (one?.endedAt ?? 0)).toBeGreaterThanOrEqual(3_600_000)
    expect((two?.startedAt ?? 0) - (one?.endedAt ?? 0)).toBeLessThan(3_600_000 + TURN)
  })
})

describe('attempts of a task', () => {
  const retry = { maxAttempts: 3, initialInterval: '1s', jitter: 'none' } as const
  const outcomes = (life: Life, id: string): [number, number, string, string | undefined][] =>
    life.runtime
      .task(id)
      .attempts()
      .map(({ number, turn, outcome, error }) => [number, turn, outcome, error?.code])

  test('are listed with what came of each, while it runs, after its end and after a restart', async () => {
    const { world, job } = single(
      (_, ctx) => {
        if (ctx.attempt === 1) throw new Error('oops')
        return ctx.attempt === 2 ? never() : 'done'
      },
      { retry, timeout: '5s' },
    )
    const first = await world.boot()
    await first.until(first.runtime.submit(job, INPUT, { id: 'one' }))
    expect(first.runtime.task('one').attempts()[0]).toMatchObject({ number: 1, turn: 1, agent: 'agent/ann' })
    await world.pass(first, 2_000)
    expect(outcomes(first, 'one')).toEqual([
      [1, 1, 'failed', 'HANDLER_FAILED'],
      [2, 2, 'running', undefined],
    ])
    first.die()
    const life = await world.boot()
    await life.until(life.runtime.task('one').outcome())
    const all = [
      [1, 1, 'failed', 'HANDLER_FAILED'],
      [2, 2, 'interrupted', undefined],
      [2, 3, 'timed out', 'TASK_TIMEOUT'],
      [3, 4, 'completed', undefined],
    ]
    expect(outcomes(life, 'one')).toEqual(all)
    await life.until(life.runtime.close())
    const third = await world.boot()
    expect(outcomes(third, 'one')).toEqual(all)
  })

  test('that were stopped say by what', async () => {
    const { world, job } = single(never, { timeout: { overall: '5s' } })
    const life = await world.boot()
    await life.until(life.runtime.submit(job, INPUT, { id: 'late' }))
    await world.pass(life, 6_000)
    expect(outcomes(life, 'late')).toEqual([[1, 1, 'timed out', 'TASK_EXPIRED']])
    await life.until(life.runtime.submit(job, INPUT, { id: 'off' }))
    await world.pass(life, 100)
    await life.until(life.runtime.task('off').cancel('enough'))
    expect(outcomes(life, 'off')).toEqual([[1, 1, 'cancelled', 'CANCELLED']])
  })

  test('are none where it never ran, and nothing where it never was', async () => {
    const { world, job } = single(never)
    const life = await world.boot()
    await life.until(life.runtime.submit(job, INPUT, { id: 'later', startAt: world.clock.now() + 1_000_000 }))
    expect(outcomes(life, 'later')).toEqual([])
    expect(() => outcomes(life, 'nobody')).toThrow(/NOT_FOUND/)
  })

  test('a handler may throw an error of any code: only what was out of time timed out', async () => {
    const { world, job } = single(() => {
      throw Object.assign(new Error('mine'), { code: 'TASK_TIMEOUT' })
    })
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(job, INPUT, { id: 'one' }))
    await life.until(handle.outcome())
    expect(outcomes(life, 'one')).toEqual([[1, 1, 'failed', 'TASK_TIMEOUT']])
  })
})

describe('a policy that is none is refused, and says where', () => {
  const refusal = (options: object): string => {
    try {
      task('job', options)
      return 'taken'
    } catch (error) {
      const { code, details } = error as StatorError
      return `${code} ${JSON.stringify(details)}`
    }
  }

  test.each<[string, unknown, string]>([
    ['no time', 0, 'timeout'],
    ['a negative time', -1, 'timeout'],
    ['NaN', Number.NaN, 'timeout'],
    ['null', null, 'timeout'],
    ['no time to start', { queueToStart: 0 }, 'timeout.queueToStart'],
    ['no time in all', { overall: '0s' }, 'timeout.overall'],
    ['no time to be silent', { heartbeat: -5 }, 'timeout.heartbeat'],
    ['no time for an attempt', { startToClose: 'soon' }, 'timeout.startToClose'],
    ['a name that is none', { startToEnd: 5 } as Timeouts, 'startToEnd'],
  ])('timeout: %s', (_, timeout, where) => {
    expect(refusal({ timeout })).toMatch(/^DEFINITION_INVALID/)
    expect(refusal({ timeout })).toContain(where)
  })

  test.each<[string, object, string]>([
    ['no attempts', { maxAttempts: 0 }, 'maxAttempts'],
    ['half an attempt', { maxAttempts: 1.5 }, 'maxAttempts'],
    ['attempts that are not said', {}, 'maxAttempts'],
    ['a negative interval', { maxAttempts: 2, initialInterval: -1 }, 'retry.initialInterval'],
    ['an interval that is none', { maxAttempts: 2, maxInterval: 'x' }, 'retry.maxInterval'],
    ['a factor below one', { maxAttempts: 2, backoff: 0.5 }, 'backoff'],
    ['a jitter that is none', { maxAttempts: 2, jitter: 'some' }, 'jitter'],
    ['errors that are none', { maxAttempts: 2, nonRetryable: [5] }, 'nonRetryable'],
    ['a list that is none', { maxAttempts: 2, nonRetryable: 'E' }, 'nonRetryable'],
    ['a name that is none', { maxAttempts: 2, factor: 3 }, 'factor'],
  ])('retry: %s', (_, retry, where) => {
    expect(refusal({ retry })).toMatch(/^DEFINITION_INVALID/)
    expect(refusal({ retry })).toContain(where)
  })

  test('an interval of nothing is one', () => {
    expect(refusal({ retry: { maxAttempts: 2, initialInterval: 0, maxInterval: 0 } })).toBe('taken')
  })
})
