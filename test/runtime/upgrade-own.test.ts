/** Runs of machines of one's own through a deployment: what is compared, and what a migration is shown, is the machine's own snapshot. */
import { describe, expect, test } from 'vitest'
import { assign, setup, type AnyStateMachine } from 'xstate'
import {
  agent,
  createRuntime,
  fromTask,
  memory,
  task,
  upgradeCheck,
  workflow,
  type AnyWorkflow,
  type Journal,
  type Migrate,
  type RunSnapshot,
  type Runtime,
} from 'stator'
import { z } from 'zod'
import { newClock, pass, untilAborted } from '../ledger/support.ts'

const work = task('work', { timeout: '1d' })
const other = task('other')
const HOUR = 3_600_000
const context = z.object({ notes: z.array(z.string()).max(1) })
const parts = setup({
  types: {} as { context: { notes: string[] }; output: { notes: string[] } },
  actors: { work: fromTask(work), other: fromTask(other) },
  actions: { note: assign({ notes: ({ event, context: { notes } }) => [...notes, event.type] }) },
})

/** Reviews: works first, rests with the work under way, can be sent back to where it was. */
const reviewOf = (
  waiting: string,
  delay: number,
  src: 'work' | 'other' = 'work',
  states: object = {},
): AnyStateMachine =>
  parts.createMachine({
    id: 'review',
    context: { notes: [] },
    initial: 'open',
    output: ({ context: { notes } }: { context: { notes: string[] } }) => ({ notes }),
    on: { PAUSE: '.paused' },
    states: {
      open: {
        initial: waiting,
        on: { NOTE: { actions: 'note' } },
        states: {
          [waiting]: {
            invoke: { id: 'job', src },
            after: { [delay]: 'late' },
          },
          late: {},
          before: { type: 'history' },
        },
      },
      paused: { on: { RESUME: 'open.before', STOP: 'stopped' } },
      stopped: { type: 'final' },
      ...states,
    },
  } as never) as unknown as AnyStateMachine

const none = z.object({})
const events = { NOTE: none, PAUSE: none, RESUME: none, STOP: none }
const any = (known: unknown): AnyWorkflow => known as AnyWorkflow
const review = (
  machine: AnyStateMachine,
  more: { version?: string; migrate?: Record<string, Migrate> } = {},
) => any(workflow('review', { machine, events, context, ...more } as never))

const first = review(reviewOf('waiting', HOUR))
const clock = newClock()

async function life(journal: Journal, ...workflows: readonly AnyWorkflow[]): Promise<Runtime> {
  const worker = agent('worker')
    .handle(work, async (_, { signal }) => untilAborted(signal))
    .handle(other, () => null)
  return createRuntime({ journal, agents: [worker], workflows, preflight: 'off', host: { clock } })
}

const tell = async (runtime: Runtime, name: string) =>
  runtime.send({ type: 'workflow.signal', to: 'workflow/one', data: { name, data: {} } })

/** Closed a minute after it began, told these. */
async function begun(...said: string[]): Promise<Journal> {
  const journal = memory()
  const runtime = await life(journal, first)
  await runtime.start(first as never, null as never, { id: 'one' })
  await pass(clock, 60_000)
  for (const name of said) await tell(runtime, name)
  await pass(clock, 0)
  await runtime.close()
  return journal
}

const verdict = (journal: Journal, known: AnyWorkflow) => upgradeCheck(journal, [known]).runs[0]

describe('the same version', () => {
  test('takes over a run where it stands: its task, its delay and its notes', async () => {
    const journal = await begun('NOTE')
    const grown = review(reviewOf('waiting', HOUR, 'work', { more: {} }))
    expect(verdict(journal, grown)).toMatchObject({ verdict: 'compatible' })
    const runtime = await life(journal, grown)
    expect(runtime.held()).toEqual([])
    // An hour after it began, not after the new start.
    await pass(clock, HOUR - 60_000)
    expect(runtime.actors.get('workflow/one')?.state).toContain('late')
    expect(runtime.actors.get('task/one/job')).toMatchObject({ alive: false, state: 'cancelled' })
    await tell(runtime, 'PAUSE')
    await tell(runtime, 'STOP')
    expect(await runtime.run('one').result()).toEqual({ notes: ['NOTE'] })
    await runtime.close()
  })

  test.each<[string, AnyStateMachine, string[], string[]]>([
    ['a state', reviewOf('resting', HOUR), [], ['there is no state open.waiting']],
    [
      'a delay',
      reviewOf('waiting', 2 * HOUR),
      [],
      [
        'the timer xstate.after.3600000.review.open.waiting means nothing in the state that the run is in',
        'open.waiting waits for xstate.after.7200000.review.open.waiting, and no timer of the run is set for it',
      ],
    ],
    [
      'what it invokes',
      reviewOf('waiting', HOUR, 'other'),
      [],
      ['job runs (work), and the state that the run is in does not invoke it'],
    ],
    [
      'where a history leads back to',
      reviewOf('resting', HOUR),
      ['PAUSE'],
      ['the history review.open.before leads back to review.open.waiting, which is not there'],
    ],
    [
      'its context',
      reviewOf('waiting', HOUR + 1),
      ['NOTE', 'NOTE'],
      [expect.stringMatching(/^context\.notes: /) as string],
    ],
  ])('does not take it over where %s is another', async (_, machine, said, reasons) => {
    const journal = await begun(...said)
    const known = review(machine)
    const report = verdict(journal, known)
    expect(report?.verdict).toBe('refused')
    expect(report?.reasons.slice(0, reasons.length)).toEqual(reasons)
    const runtime = await life(journal, known)
    expect(runtime.held()).toMatchObject([{ address: 'workflow/one', code: 'UPGRADE_REFUSED' }])
    await runtime.close()
    const back = await life(journal, first)
    expect(back.held()).toEqual([])
    await back.close()
  })
})

describe('a migration', () => {
  const event = 'xstate.after.7200000.review.open.resting'

  test('is shown the machine as its user knows it, and brings it to another state with another delay', async () => {
    const journal = await begun('NOTE')
    const seen: RunSnapshot[] = []
    const next = review(reviewOf('resting', 2 * HOUR), {
      version: '2',
      migrate: {
        '1': snapshot => {
          seen.push(snapshot)
          const timers = snapshot.timers.map(({ due }) => ({ id: event, event, due: due + HOUR }))
          return { ...snapshot, value: { open: 'resting' }, context: { notes: ['moved'] }, timers }
        },
      },
    })
    expect(verdict(journal, next)).toMatchObject({ verdict: 'migrates', to: '2' })
    expect(seen[0]).toEqual({
      value: { open: 'waiting' },
      context: { notes: ['NOTE'] },
      historyValue: {},
      children: { job: { src: 'work' } },
      timers: [
        {
          id: expect.any(String) as string,
          event: 'xstate.after.3600000.review.open.waiting',
          due: expect.any(Number) as number,
        },
      ],
    })
    const runtime = await life(journal, next)
    await pass(clock, HOUR)
    expect(runtime.actors.get('workflow/one')?.state).toContain('resting')
    await pass(clock, HOUR)
    expect(runtime.actors.get('workflow/one')?.state).toContain('late')
    await tell(runtime, 'PAUSE')
    await tell(runtime, 'STOP')
    expect(await runtime.run('one').result()).toEqual({ notes: ['moved'] })
    await runtime.close()
  })

  test.each<[string, Migrate, string]>([
    ['tasks that run', given => ({ ...given, children: {} }), 'the migration changes the tasks that run'],
    [
      'a timer under another id',
      given => ({ ...given, timers: given.timers.map(timer => ({ ...timer, id: 'x' })) }),
      'must have that as its id',
    ],
  ])('cannot change %s', async (_, migrate, reason) => {
    const journal = await begun()
    const next = review(reviewOf('waiting', HOUR), { version: '2', migrate: { '1': migrate } })
    expect(verdict(journal, next)?.reasons.join()).toContain(reason)
  })
})

test('a run is listed with the version that it runs on, and by the outer state that it is in; after its end as well', async () => {
  const journal = await begun()
  const next = review(reviewOf('waiting', HOUR), { version: '2', migrate: { '1': snapshot => snapshot } })
  const runtime = await life(journal, next)
  const { runs } = runtime
  expect(runs.list({ state: 'running' }).runs).toMatchObject([{ id: 'one', version: '2' }])
  expect(runs.list({ state: 'run' }).runs).toEqual([])
  await runtime.run('one').terminate()
  expect(runs.list({ state: 'terminated' }).runs).toMatchObject([{ id: 'one', version: '2', alive: false }])
  await runtime.close()
})
