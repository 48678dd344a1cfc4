/** The hull of a user's own machine, one delivery after the other: what it tells the hub, and what it takes for word of which task. */
import { assign, setup, type AnyStateMachine } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fromTask, task, workflow } from 'stator'
import type { Command } from '../../src/messages/command.ts'
import { firstStanding, macrostep, type Standing } from '../../src/testing/invariants/macrostep.ts'
import { signal, type Event } from '../machines/drive.ts'

const any = z.object({})
const build = task('build')
const machine = setup({
  types: {} as { context: { kept: unknown[] } },
  actors: { build: fromTask(build) },
  actions: {
    keep: assign({ kept: ({ context, event }) => [...context.kept, (event as { output?: unknown }).output] }),
  },
}).createMachine({
  id: 'm',
  context: { kept: [] },
  initial: 'a',
  states: {
    a: {
      invoke: { id: 'build', src: 'build', input: { of: 'a' }, onDone: { actions: 'keep' } },
      after: { 50: 'b' },
      on: { AGAIN: { target: 'a', reenter: true }, END: 'end', HIDDEN: 'end' },
    },
    b: { on: { BACK: 'a' } },
    end: { type: 'final' },
  },
})
const { machine: hull } = workflow('own', { machine, events: { AGAIN: any, BACK: any, END: any } }).define(
  'hash',
  {
    admit: value => value as never,
  },
)

const start = signal('workflow.start', { input: null }, { to: 'workflow/run' })
const event = (name: string): Event => signal('workflow.signal', { name, data: {} })
const done = (step: number, output: unknown = step): Event =>
  signal('step.done', { step, status: 'completed', output })
const due = (id: string): Event => ({ ...signal('hub.timer', { id, setSeq: 1 }), type: 'workflow.timer' })
const create = (step: number, to: string): Command => ({
  type: 'send',
  to: `task/run/${to}`,
  event: 'task.create',
  data: { step, src: 'build', input: { of: 'a' } },
})
const cancel = (to: string): Command => ({
  type: 'send',
  to: `task/run/${to}`,
  event: 'task.cancel',
  data: {},
})
const AFTER = 'xstate.after.50.m.a'
const set: Command = { type: 'timer.set', id: AFTER, delay: 50, event: 'workflow.timer' }
const unset: Command = { type: 'timer.cancel', id: AFTER }

interface Ran {
  readonly now: Standing
  readonly commands: readonly Command[]
  readonly isTaken: boolean
}

/** The last of these deliveries. */
function ran(...events: Event[]): Ran {
  let now = firstStanding(hull, undefined)
  let last: Ran = { now, commands: [], isTaken: false }
  for (const each of events) {
    const { after, commands, thrown } = macrostep(hull, now, each)
    expect(thrown).toBeUndefined()
    last = { now: after, commands, isTaken: after !== now }
    now = after
  }
  return last
}

describe('what it tells the hub', () => {
  test('the start begins what the first state invokes, and its delays', () => {
    const { now, commands } = ran(start)
    expect(now.value).toEqual({ running: 'a' })
    expect(commands).toEqual([set, create(0, 'build')])
  })

  test('a state that is entered again cancels its task and starts another, under an address of its own', () => {
    expect(ran(start, event('AGAIN')).commands).toEqual([unset, cancel('build'), set, create(1, 'build/2')])
    expect(ran(start, event('AGAIN'), event('AGAIN')).commands).toContainEqual(create(2, 'build/3'))
  })

  test('of a task that has ended, nothing is cancelled', () => {
    expect(ran(start, done(0), event('AGAIN')).commands).toEqual([unset, set, create(1, 'build/2')])
  })

  test('a delay that fired is not cancelled, and its task is', () => {
    expect(ran(start, due(AFTER)).commands).toEqual([cancel('build')])
  })

  test('of two under one id the later stays, as XState has it, and the earlier is cancelled', () => {
    const region = { initial: 'a', states: { a: { invoke: { id: 'same', src: 'build' } } } }
    const twice = setup({ actors: { build: fromTask(build) } }).createMachine({
      id: 'm',
      type: 'parallel',
      states: { x: region, y: region },
    } as never) as unknown as AnyStateMachine
    const { machine: other } = workflow('own', { machine: twice }).define('hash', {
      admit: value => value as never,
    })
    const { commands } = macrostep(other, firstStanding(other, undefined), start)
    expect(commands).toMatchObject([
      { event: 'task.create', to: 'task/run/same' },
      { event: 'task.cancel', to: 'task/run/same' },
      { event: 'task.create', to: 'task/run/same/2' },
    ])
  })

  test('at its end everything that runs is cancelled; it ends when that has ended', () => {
    const { now, commands } = ran(start, event('END'))
    expect([now.value, now.status]).toEqual(['completing', 'active'])
    expect(commands).toEqual([unset, cancel('build')])
    const after = ran(start, event('END'), signal('step.done', { step: 0, status: 'cancelled' }))
    expect([after.now.value, after.now.status]).toEqual(['completed', 'done'])
  })

  test('where nothing runs, it ends at once', () => {
    expect(ran(start, done(0), event('END')).now).toMatchObject({ value: 'completed', status: 'done' })
  })
})

describe('whom it takes for whom', () => {
  const kept = ({ now }: Ran): unknown =>
    (now.context as { inner: { context: { kept: unknown[] } } }).inner.context.kept

  test('word of the visit that runs is given to the machine', () => {
    expect(kept(ran(start, event('AGAIN'), done(1)))).toEqual([1])
  })

  test('word of an earlier visit is not, whichever way it ended', () => {
    const late = ran(start, event('AGAIN'), done(0))
    expect(late.isTaken).toBe(true)
    expect(kept(late)).toEqual([])
    expect(kept(ran(start, event('AGAIN'), done(0), done(1)))).toEqual([1])
  })

  test('what nobody waits for is refused: word of a task twice, of one that never was, of a timer that is not set', () => {
    expect(ran(start, done(0), done(0)).isTaken).toBe(false)
    expect(ran(start, event('AGAIN'), done(0), done(0)).isTaken).toBe(false)
    expect(ran(start, done(7)).isTaken).toBe(false)
    expect(ran(start, due('xstate.after.9.m.a')).isTaken).toBe(false)
    expect(ran(start, due(AFTER), due(AFTER)).isTaken).toBe(false)
  })

  test('an event that was not declared is refused, also where the machine has one of that name, or XState has', () => {
    expect(ran(start, event('HIDDEN')).isTaken).toBe(false)
    expect(ran(start, event('xstate.done.actor.build')).isTaken).toBe(false)
    expect(ran(start, event(AFTER)).isTaken).toBe(false)
  })

  test('it is started once, and nothing moves it before that or after its end', () => {
    expect(ran(start, start).isTaken).toBe(false)
    expect(ran(event('AGAIN')).isTaken).toBe(false)
    expect(ran(done(0)).isTaken).toBe(false)
    for (const late of [start, event('AGAIN'), done(0), signal('workflow.cancel', {})])
      expect(ran(start, done(0), event('END'), late).isTaken).toBe(false)
  })

  test('one that never began can be cancelled', () => {
    expect(ran(signal('workflow.cancel', {})).now).toMatchObject({ value: 'cancelled', status: 'done' })
  })
})
