/** A user proves a workflow in ten lines; what is wrong is found, shrunk, told, kept and played again. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { agent, task, workflow } from 'stator'
import {
  CheckFailed,
  checkWorkflow,
  FAULTS,
  replay,
  world,
  type WorkflowCheckOptions,
  type WorldView,
} from 'stator/testing'
import { z } from 'zod'
import { charge, failureOf, order, ship } from './support.ts'

type Options = WorkflowCheckOptions<unknown, { qty: number }>

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'regressions-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
  vi.unstubAllEnvs()
})

/** What everybody may promise of an order, and a world that keeps it. */
const good = (): Options => ({
  input: fc.record({ qty: fc.nat(5) }),
  effects: { charge: world.idempotent(), ship: world.flaky() },
  always: { noDoubleCharge: w => w.count('charge') <= 1 },
  eventually: s => s.status === 'completed',
  regressions: directory,
  seed: 7,
})
/** A payment service that charges again when it is asked again. */
const bad = (): Options => ({ ...good(), effects: { charge: world.flaky() } })

const caught = async (options: Options): Promise<CheckFailed> => {
  const error = await failureOf(checkWorkflow(order, options))
  expect(error).toBeInstanceOf(CheckFailed)
  return error as CheckFailed
}

describe('a workflow that keeps its promises', () => {
  test('passes, with every fault played, and says what it went through', async () => {
    const report = await checkWorkflow(order, { ...good(), runs: 300 })
    expect(report.runs).toBe(301)
    expect(report.lives).toBeGreaterThan(350)
    const played = new Set(Object.keys(report.faults))
    for (const fault of FAULTS.filter(name => name !== 'crash')) expect(played).toContain(fault)
    for (const point of ['before', 'lost', 'torn', 'kept', 'synced', 'acknowledged'])
      expect(played).toContain(point)
    expect(String(report)).toMatch(/^order: 301 runs, \d+ process lives, [\d.]+ h of virtual time\nfaults: /)
    expect(String(report)).toContain('task charge: 4 of 10 states; never blocked, cancelled')
    expect(readdirSync(directory)).toEqual([])
  })

  test('goes through the same twice from the same seed', async () => {
    const options = { ...good(), runs: 60 }
    expect(await checkWorkflow(order, options)).toEqual(
      expect.objectContaining(JSON.parse(JSON.stringify(await checkWorkflow(order, options)))),
    )
  })

  test('gets its inputs, and the answers of its effects, from the schemas where none are given', async () => {
    const seen: number[] = []
    const quantities = (w: { happened(effect: string): readonly { input: unknown }[] }): boolean => {
      for (const { input } of w.happened('charge')) seen.push((input as { qty: number }).qty)
      return true
    }
    await checkWorkflow(order, { regressions: false, seed: 1, always: { quantities } })
    expect(Math.min(...seen)).toBe(0)
    expect(Math.max(...seen)).toBe(9)
  })

  test('is left alone where no faults are asked for', async () => {
    const report = await checkWorkflow(order, { ...good(), faults: 'none', runs: 50 })
    expect(report.faults).toEqual({})
    expect(report.lives).toBe(report.runs)
  })

  test('meets the faults that were named, and no others', async () => {
    const report = await checkWorkflow(order, { ...good(), faults: ['lost', 'crash'], runs: 100 })
    const expected = ['acknowledged', 'before', 'kept', 'lost', 'synced', 'torn']
    expect(Object.keys(report.faults).toSorted()).toEqual(expected)
  })

  test('is cancelled by clients where it is said that they may', async () => {
    const { coverage, faults } = await checkWorkflow(order, {
      ...good(),
      events: { 'workflow.cancel': true, 'agent.pause': fc.constant({ reason: 'tea' }) },
      eventually: s => s.status === 'completed' || s.status === 'cancelled',
    })
    expect(faults['workflow.cancel']).toBeGreaterThan(0)
    expect(faults['agent.pause']).toBeGreaterThan(0)
    const states = coverage.find(({ of }) => of === 'workflow')?.states.reached
    expect(states).toEqual(['cancelled', 'cancelling', 'completed', 'running'])
  })

  test('waits for an operator where its task says so, and goes on', async () => {
    const careful = task('careful', { onInterrupted: 'hold' })
    const held = workflow('held').step('one', careful)
    const { coverage } = await checkWorkflow(held, {
      faults: ['crash'],
      regressions: false,
      seed: 1,
      effects: { careful: world.idempotent() },
      eventually: s => s.status === 'completed',
    })
    expect(coverage.find(({ of }) => of === 'task careful')?.states.reached).toContain('held')
  })

  test('runs several at the same time, each judged by itself', async () => {
    const together = new Set<number>()
    let ids = new Set<string>()
    await checkWorkflow(order, {
      ...good(),
      together: 3,
      eventually: ({ id, status }) => {
        if (id === 'run-1') ids = new Set()
        together.add(ids.add(id).size)
        return status === 'completed'
      },
    })
    expect(together).toEqual(new Set([1, 2, 3]))
  })
})

describe('a promise that does not hold', () => {
  test('is found and shrunk to one fault, one agent, one run, and the smallest input', async () => {
    const { case: drawn, promise, code } = await caught(bad())
    expect(code).toBe('CHECK_FAILED')
    expect(promise).toBe('noDoubleCharge')
    expect(drawn.faults).toEqual([expect.objectContaining({ kind: 'call', effect: 'charge', call: 1 })])
    expect(drawn.actors).toEqual({ agents: 1, capacity: 1, limits: 'usual' })
    expect(drawn.inputs).toEqual([{ qty: 0 }])
    expect(drawn.schedule).toEqual([])
    expect(drawn.events).toEqual([])
  })

  test('is told as a sequence with times, in which it breaks at its last line', async () => {
    const { message, trace } = await caught({ ...bad(), faults: ['lost'] })
    const lines = trace.split('\n').map(line => line.trim())
    expect(lines[0]).toBe('0.000  ──    process 1 starts')
    expect(lines).toContain('0.000  ✗     charge: its answer is lost')
    expect(lines).toContain('1.000  #9    task/run-1/charge retrying ⇒ queued (hub.timer)')
    expect(lines.at(-2)).toMatch(/→ {5}charge takes effect, for task\/run-1\/charge\/1: {"qty":0}$/)
    expect(lines.at(-1)).toMatch(
      /!! {4}noDoubleCharge: does not hold: run-1 {3}← here it breaks, at position 11$/,
    )
    expect(message).toMatch(
      /^CHECK_FAILED: order: noDoubleCharge: does not hold: run-1 \(run \d+ of 100, shrunk \d+ times\)\n\n/,
    )
    expect(message).toContain(trace)
    expect(message).toContain('input {"qty":0}; 1 agent with room for 1; limits: usual')
    expect(message).toContain('task charge: ')
  })

  test('shows where the process died', async () => {
    // Reliable outside; but what happened before a crash happens again after it.
    const { trace, case: drawn } = await caught({ ...bad(), faults: ['crash'] })
    expect(drawn.faults).toHaveLength(1)
    expect(trace).toMatch(/✗✗ {4}the process dies.*\(write \d+\)\n.*process 2 starts/)
  })

  test('that throws is a promise that does not hold', async () => {
    const always = {
      odd: (w: { count(effect: string): number }) => {
        if (w.count('ship') > 0) throw new TypeError('odd')
        return true
      },
    }
    const { message, promise } = await caught({ ...good(), always })
    expect(promise).toBe('odd')
    expect(message).toContain('odd: threw TypeError: odd: run-1')
  })

  test.each<[string, () => unknown, string]>([
    [
      'a promise',
      async () => true,
      'answered a promise: a property is judged at once, and is no async function',
    ],
    [
      'a promise that is rejected',
      async () => Promise.reject(new Error('nobody waits for it')),
      'answered a promise: a property is judged at once, and is no async function',
    ],
    ['nothing', () => undefined, 'answered nothing (is its return missing?), and not true or false'],
    ['a number', () => 1, 'answered 1, and not true or false'],
    ['an object', () => ({}), 'answered a value of type object, and not true or false'],
  ])('answers true or false: %s is told, and never taken for true', async (_, property, said) => {
    const answer = property as () => boolean
    const always = { odd: (w: { count(effect: string): number }) => w.count('charge') === 0 || answer() }
    expect((await caught({ ...good(), always })).message).toContain(`odd: ${said}: run-1`)
    const eventually = await caught({ ...good(), eventually: answer })
    expect(eventually.message).toContain(`eventually: ${said}: run-1 ended completed`)
  })

  test('that throws what cannot be read is told all the same', async () => {
    const always = {
      odd: () => {
        throw Object.create(null)
      },
    }
    expect((await caught({ ...good(), always })).promise).toBe('odd')
  })

  test('at the end is told with how the run ended', async () => {
    const {
      promise,
      message,
      case: drawn,
    } = await caught({
      ...good(),
      effects: { charge: world.idempotent({ failures: 9 }) },
      faults: ['lost'],
    })
    expect(promise).toBe('eventually')
    expect(message).toContain('run-1 ended failed: charge: the answer was lost')
    expect(drawn.faults).toHaveLength(3)
  })

  test('is found in an undisturbed run before any other', async () => {
    const { message, case: drawn } = await caught({
      ...good(),
      always: { never: w => w.count('charge') < 1 },
    })
    expect(message).toContain('(undisturbed)')
    expect(drawn.faults).toEqual([])
    expect(readdirSync(directory)).toEqual([])
  })
})

describe('a token', () => {
  test('plays the very same case again, under the same check', async () => {
    const first = await caught(bad())
    const again = (await failureOf(replay(first.token, order, bad()))) as CheckFailed
    expect(again.trace).toBe(first.trace)
    expect(again.promise).toBe(first.promise)
    expect(again.message).toContain('(replayed)')
  })

  test('passes once the bug is mended', async () => {
    const { token } = await caught(bad())
    const report = await replay(token, order, { ...good(), always: {} })
    expect(report.runs).toBe(1)
  })

  test('is played alone when STATOR_REPLAY holds it; one for another check is not', async () => {
    const { token } = await caught(bad())
    rmSync(join(directory, 'order.json'))
    vi.stubEnv('STATOR_REPLAY', token)
    expect((await caught(bad())).message).toContain('(replayed)')
    expect((await checkWorkflow(order, { ...good(), name: 'another', runs: 10 })).runs).toBe(11)
  })

  test('of a mended bug passes, though one case alone does not put every promise to the test', async () => {
    const { token } = await caught(bad())
    const always = { refunds: (w: { count(effect: string): number }) => w.count('refund') <= 1 }
    expect((await replay(token, order, { ...good(), always })).runs).toBe(1)
  })

  test.each([
    ['nothing', ''],
    ['something else', 'hello'],
    ['half of it', 'half'],
    ['one of another check', 'other'],
  ])('that is %s is refused', async (_, kind) => {
    const { token } = await caught(bad())
    const text = kind === 'half' ? token.slice(0, -20) : kind === 'other' ? token : kind
    const error = await failureOf(
      replay(text, order, { ...bad(), ...(kind === 'other' ? { name: 'x' } : {}) }),
    )
    expect(error.code).toBe('TOKEN_INVALID')
  })
})

describe('regressions', () => {
  test('are kept in a file for each check, and played first', async () => {
    const first = await caught(bad())
    const file = join(directory, 'order.json')
    expect(first.message).toContain(`It is kept in ${file}`)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([
      { broke: 'noDoubleCharge: does not hold: run-1', token: first.token },
    ])
    const again = await caught({ ...bad(), seed: 8 })
    expect(again.message).toContain('(again: noDoubleCharge: does not hold: run-1)')
    expect(again.token).toBe(first.token)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(1)
  })

  test('stay when they pass', async () => {
    await caught(bad())
    const report = await checkWorkflow(order, { ...good(), runs: 60 })
    expect(report.runs).toBe(62)
    expect(existsSync(join(directory, 'order.json'))).toBe(true)
  })

  test('of another check whose name makes the same file are left to it', async () => {
    await caught({ ...bad(), name: 'two words' })
    const report = await checkWorkflow(order, { ...good(), name: 'two-words', runs: 60 })
    expect(report.runs).toBe(61)
  })

  test('go on where another test of the workflow has other effects, and where it has got another step', async () => {
    await caught({ ...bad(), faults: ['lost'] })
    const real = await checkWorkflow(order, {
      regressions: directory,
      runs: 5,
      seed: 1,
      effects: { pay: world.idempotent({ output: fc.constant('r') }) },
      agents: outside => [
        agent('ann')
          .handle(charge, async (input, ctx) => ({
            receipt: await outside.call<string>('pay', input, ctx.idempotencyKey),
          }))
          .handle(ship, () => ({ parcel: 1 })),
      ],
      eventually: s => s.status === 'completed',
    })
    expect(real.runs).toBe(7)
    const pack = task('pack', { output: z.object({ weight: z.int() }) })
    const grown = workflow('order', { input: order.input })
      .step('charge', charge)
      .step('pack', pack)
      .step('ship', ship, ({ input }) => input)
    const more = await checkWorkflow(grown, {
      regressions: directory,
      faults: 'none',
      runs: 5,
      seed: 1,
      eventually: s => s.status === 'completed',
    })
    expect(more.runs).toBe(7)
  })

  test('go on where a task gives something else than it did', async () => {
    await caught({ ...bad(), faults: ['lost'] })
    const paid = task('charge', { input: charge.input, output: z.object({ paid: z.boolean() }) })
    const changed = workflow('order', { input: order.input })
      .step('charge', paid)
      .step('ship', ship, ({ input }) => input)
    const report = await checkWorkflow(changed, {
      regressions: directory,
      faults: 'none',
      effects: { charge: world.idempotent({ failures: 0 }) },
      runs: 5,
      seed: 1,
      eventually: s => s.status === 'completed',
    })
    expect(report.runs).toBe(7)
  })

  test('whose input does not fit the workflow any more are no failure of it: what to do is said', async () => {
    const { token } = await caught(bad())
    const file = join(directory, 'order.json')
    const input = z.object({ qty: z.int(), sku: z.string() })
    const changed = workflow('order', { input })
      .step('charge', charge, ({ input: { qty } }) => ({ qty }))
      .step('ship', ship, ({ input: { qty } }) => ({ qty }))
    const reason = 'its input does not fit order any more'
    const kept = await failureOf(checkWorkflow(changed, { regressions: directory, seed: 1 }))
    expect(kept).toMatchObject({
      code: 'TOKEN_INVALID',
      details: { file, reason: `${reason}: take it out of the file`, input: '{"qty":0}' },
    })
    const played = await failureOf(replay(token, changed, { regressions: directory }))
    expect(played).toMatchObject({ code: 'TOKEN_INVALID', details: { reason } })
  })

  test('that cannot be written do not hide what they are about', async () => {
    const place = join(directory, 'late')
    const always = {
      once: (w: { count(effect: string): number }) => {
        // Somebody puts a file where the folder is to be, when it is too late to say so.
        if (w.count('charge') > 1) writeFileSync(place, '')
        return w.count('charge') <= 1
      },
    }
    const { message, promise } = await caught({ ...bad(), always, regressions: place })
    expect(promise).toBe('once')
    expect(message).toMatch(/It could not be kept in .*late.order\.json: .*ENOTDIR/)
  })

  test('of a place where no file can be are refused before anything is played', async () => {
    const place = join(directory, 'file')
    writeFileSync(place, '')
    const error = await failureOf(checkWorkflow(order, { ...bad(), regressions: place }))
    expect(error).toMatchObject({
      code: 'CHECK_INVALID',
      details: { option: 'regressions', file: join(place, 'order.json') },
    })
  })

  test('that nobody can read are told, and nothing is lost', async () => {
    const file = join(directory, 'order.json')
    writeFileSync(file, '{')
    const error = await failureOf(checkWorkflow(order, good()))
    expect(error).toMatchObject({ code: 'TOKEN_INVALID', details: { file } })
    expect(readFileSync(file, 'utf8')).toBe('{')
    writeFileSync(file, '[{ "broke": "x", "token": "stator1.x" }]')
    expect(await failureOf(checkWorkflow(order, good()))).toMatchObject({ details: { file } })
  })
})

describe('a check that looks at nothing fails', () => {
  const vacuous = async (options: Partial<Options>): Promise<unknown> => {
    const error = await failureOf(checkWorkflow(order, { ...good(), ...options } as Options))
    expect(error).toMatchObject({ code: 'CHECK_VACUOUS' })
    return (error as unknown as { details: { what: string } }).details.what
  }

  test('a property of what never happens', async () => {
    expect(await vacuous({ always: { noRefund: w => w.count('refund') === 0 } })).toBe('always.noRefund')
  })
  test('a property that looks nowhere', async () => {
    expect(await vacuous({ always: { yes: () => true } })).toBe('always.yes')
  })
  test('an effect that nothing calls', async () => {
    const error = await failureOf(
      checkWorkflow(order, {
        regressions: false,
        effects: { charge: world.reliable(), mail: world.reliable() },
        agents: outside => [
          agent('ann')
            .handle(charge, async (input, ctx) => {
              await outside.call('charge', input, ctx.idempotencyKey)
              return { receipt: 'r' }
            })
            .handle(ship, () => ({ parcel: 1 })),
        ],
      }),
    )
    expect(error).toMatchObject({ code: 'CHECK_VACUOUS', details: { what: 'effects.mail' } })
  })
  test('an event that is never sent', async () => {
    expect(
      await vacuous({ events: { 'task.fail': true }, runs: 50, seed: 1, faults: 'none' }).catch(() => 'sent'),
    ).toBe('sent')
  })
})

test.each([
  ['a limit that there is not', order, { limits: { speed: 1 } }],
  ['a workflow that is none', {}, {}],
  ['an agent that is none', order, { effects: {}, agents: () => [{}] }],
])('%s is refused as everywhere', async (_, definition, options) => {
  const error = await failureOf(
    checkWorkflow(definition as typeof order, { ...good(), ...options } as Options),
  )
  expect(error.message).toContain('DEFINITION_INVALID')
})

test('values are as the journal holds them: a property cannot change what is played and kept', async () => {
  const eventually: Options['eventually'] = ({ input }) => {
    ;(input as { qty: number }).qty = 77
    return false
  }
  const { message, case: drawn } = await caught({ ...good(), eventually })
  expect(message).toContain('eventually: threw TypeError: Cannot assign to read only property')
  expect(drawn.inputs[0]).not.toEqual({ qty: 77 })
})

test('what happened cannot be changed by one property for the next', async () => {
  const always = {
    first: (w: WorldView) => {
      for (const happening of w.happened('charge')) Object.assign(happening, { effect: 'refund' })
      return true
    },
  }
  expect((await caught({ ...good(), always })).message).toContain('first: threw TypeError: Cannot assign')
})

test('a role may be called as those without a role are', async () => {
  const mixed = workflow('mixed')
    .step('one', task('one', { role: 'agent' }))
    .step('two', task('two'))
  const { calls } = await checkWorkflow(mixed, {
    regressions: false,
    faults: 'none',
    runs: 5,
    eventually: s => s.status === 'completed',
  })
  expect(Object.keys(calls)).toEqual(['one', 'two'])
})

test('effects are counted by their names, whatever these are', async () => {
  const agents: Options['agents'] = outside => [
    agent('ann')
      .handle(charge, async (input, ctx) => {
        await outside.call('constructor', input, ctx.idempotencyKey)
        return { receipt: 'r' }
      })
      .handle(ship, () => ({ parcel: 1 })),
  ]
  const effects = { constructor: world.reliable() }
  const always = { once: (w: { count(effect: string): number }) => w.count('constructor') < 9 }
  const { calls } = await checkWorkflow(order, {
    ...good(),
    always,
    effects,
    agents,
    faults: 'none',
    runs: 5,
  })
  expect(calls).toEqual({ constructor: expect.any(Number) as number })
})

describe('options that are wrong are refused', () => {
  test.each<[string, Partial<Options>, string]>([
    ['an effect that is no task', { effects: { chrage: world.reliable() } }, 'effects.chrage'],
    ['a fault that is none', { faults: ['flood' as never] }, 'faults'],
    ['an event that clients may not send', { events: { 'task.done': true } }, 'events.task.done'],
    ['no runs', { runs: 0 }, 'runs'],
    ['half a run at a time', { together: 0.5 }, 'together'],
    ['an option that there is not', { alway: {} } as never, 'alway'],
    ['a fault that is no list', { faults: 'crash' as never }, 'faults'],
    ['a seed that is no number', { seed: Number.NaN }, 'seed'],
    ['a property that is no function', { always: { one: true as never } }, 'always.one'],
    ['an end that is no function', { eventually: 'completed' as never }, 'eventually'],
    ['inputs that are no arbitrary', { input: { qty: 1 } as never }, 'input'],
    ['inputs that are not JSON', { input: fc.record({ qty: fc.bigInt() }) as never }, 'input'],
    ['an effect that was not called', { effects: { charge: world.flaky as never } }, 'effects.charge'],
    [
      'an effect that takes no time at all',
      { effects: { charge: world.flaky({ ms: -1 }) } },
      'effects.charge.ms',
    ],
    [
      'answers that are not JSON',
      { effects: { charge: world.flaky({ output: fc.constant(new Date(0)) }) } },
      'effects.charge.output',
    ],
    [
      'an effect of a name that every object has',
      { effects: { ['__proto__']: world.flaky() } },
      'effects.__proto__',
    ],
    [
      'messages that are not JSON',
      { events: { 'workflow.cancel': fc.constant(1n as never) } },
      'events.workflow.cancel',
    ],
    ['agents that are no function', { agents: [] as never }, 'agents'],
    ['agents that come later', { effects: {}, agents: (async () => []) as never }, 'agents'],
    ['no name', { name: '' }, 'name'],
  ])('%s', async (_, options, option) => {
    const error = await failureOf(checkWorkflow(order, { ...good(), ...options } as Options))
    expect(error).toMatchObject({ code: 'CHECK_INVALID', details: { option } })
  })
})

describe('handlers that run for real', () => {
  const pay = z.object({ receipt: z.string() })
  /** Charges in a recorded sub-step, and books in another. */
  const real = (careful: boolean): WorkflowCheckOptions<unknown, { qty: number }> => ({
    effects: {
      pay: world.flaky({ output: fc.constant('r1') }),
      book: world.idempotent({ output: () => 'b' }),
      send: world.reliable({ output: fc.constant(7) }),
    },
    agents: outside => [
      agent('ann')
        .handle(charge, async ({ qty }, ctx) => {
          const receipt = careful
            ? await ctx.do('pay', key => outside.call('pay', { qty }, key))
            : await outside.call('pay', { qty }, ctx.idempotencyKey)
          await outside.wait(5)
          await ctx.do('book', key => outside.call('book', { qty }, key))
          return pay.parse({ receipt })
        })
        .handle(ship, async (input, ctx) => {
          const began = outside.now()
          await outside.wait(3)
          expect(outside.now()).toBeGreaterThanOrEqual(began + 3)
          return { parcel: Number(await outside.call('send', input, ctx.idempotencyKey)) }
        }),
    ],
    eventually: s => s.status === 'completed',
    regressions: false,
    seed: 5,
  })

  test('are crashed inside their recorded sub-steps: what was recorded is not done again', async () => {
    const always = {
      // Recorded, and the world answered: then never again, whatever happens later.
      onceBooked: (w: { count(effect: string): number }) => w.count('book') <= 1,
      paidBeforeBooked: (w: { count(effect: string): number }) => w.count('book') <= w.count('pay'),
    }
    const report = await checkWorkflow(order, { ...real(true), always, runs: 200 })
    expect(report.calls['pay']).toBeGreaterThan(200)
  })

  test('with values that make a token too long for a shell are named by their length, and played out of the error', async () => {
    const letters = fc.string({ minLength: 150_000, maxLength: 150_000, size: 'max' })
    const label = task('label')
    const labels = workflow('labels').step('label', label)
    const options: WorkflowCheckOptions<unknown, unknown> = {
      agents: outside => [
        agent('ann').handle(label, async (input, ctx) => outside.call('print', input, ctx.idempotencyKey)),
      ],
      effects: { print: world.reliable({ output: () => 'p' }) },
      input: letters.map(text => ({ text, more: 'x'.repeat(1_000_000) })),
      always: { never: w => w.count('print') < 1 },
      regressions: false,
      limits: { messageBytes: 2_000_000 },
      seed: 1,
    }
    const error = (await failureOf(checkWorkflow(labels, options))) as CheckFailed
    expect(error.token.length).toBeGreaterThan(100_000)
    expect(error.message).toContain(`a word of ${error.token.length} letters`)
    expect(error.message).toContain('…; agents of its own; limits: usual')
    expect(error.message.length).toBeLessThan(5_000)
    expect((await failureOf(replay(error.token, labels, options))).message).toContain('(replayed)')
  })

  test('show the difference that ctx.do makes: without it a crash after the payment pays twice', async () => {
    const always = { once: (w: { count(effect: string): number }) => w.count('pay') <= 1 }
    const { trace } = (await failureOf(
      checkWorkflow(order, { ...real(false), always, faults: ['crash'] }),
    )) as CheckFailed
    expect(trace).toMatch(/pay takes effect[^]*the process dies[^]*pay takes effect/)
  })

  test('that call an effect which nobody named are told so', async () => {
    const error = await failureOf(
      checkWorkflow(order, {
        regressions: false,
        agents: outside => [
          agent('ann')
            .handle(charge, async (input, ctx) => {
              await outside.call('pay', input, ctx.idempotencyKey)
              return { receipt: '' }
            })
            .handle(ship, () => ({ parcel: 1 })),
        ],
        eventually: s => s.status === 'completed',
      }),
    )
    expect(error.message).toContain('the world knows no effect pay: name it in effects')
  })

  test('that wait for what is not simulated are timed out, in virtual time', async () => {
    const nap = task('nap', { timeout: '2h' })
    const error = await failureOf(
      checkWorkflow(workflow('slow').step('one', nap), {
        regressions: false,
        faults: 'none',
        agents: () => [agent('ann').handle(nap, async () => new Promise(() => {}))],
        eventually: s => s.status === 'completed',
      }),
    )
    expect(error.message).toContain('7200.000  #8')
    expect(error.message).toContain('did not settle within its timeout')
  })
})
