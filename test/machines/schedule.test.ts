/** The schedule machine: every state, every transition, every policy for missed and overlapping times. */
import { describe, expect, it } from 'vitest'
import { scheduleMachine } from '../../src/machines/schedule.ts'
import { MAX_BACKLOG } from '../../src/machines/schedule-context.ts'
import type { Command } from '../../src/messages/command.ts'
import type { ScheduleSpec } from '../../src/messages/schedule.ts'
import type { Signal } from '../../src/messages/signal.ts'
import { play, promised, sendAll, signal, start, untaken, type Row } from './drive.ts'

const to = 'schedule/s'
const spec: ScheduleSpec = {
  definition: 'd',
  create: { task: 't', input: 7 },
  priority: 'high',
  timezone: 'UTC',
  every: 1000,
  missed: 'once',
  overlap: 'skip',
  grace: 100,
}
const at = (time: number, type: string, data: object = {}, more: Partial<Signal> = {}): Signal =>
  signal(type, data, { at: time, to, ...more })
const create = (more: Partial<ScheduleSpec> = {}): Signal => at(0, 'schedule.create', { ...spec, ...more })
/** The calendar's word, at that time. */
const fire = (turn: number, due: number[], upTo: number, next: number | null, passed = 0): Signal =>
  at(upTo, 'schedule.fire', { turn, due, passed, upTo, next })
const timer = at(1000, 'xstate.after.untilNext.schedule.waiting')
const first = fire(1, [], 0, 1000)
const pause = at(10, 'schedule.pause', { reason: 'lunch' })
const resume = at(5000, 'schedule.resume')
const remove = at(10, 'schedule.remove', { reason: 'gone' })
const trigger = at(10, 'schedule.trigger', {}, { seq: 5 })
const update = at(20, 'schedule.update', { ...spec, definition: 'other', every: 500 })
const policies = at(20, 'schedule.update', { ...spec, create: { task: 't', input: 8 } })
const taskOf = (time: number): `task/${string}` => `task/s@${new Date(time).toISOString()}`
const done = (time: number): Signal =>
  at(time + 50, 'step.done', { step: 0, status: 'completed' }, { from: taskOf(time) })
const oops = { name: 'RangeError', message: 'no zone', code: 'DEFINITION_INVALID' }

const creates = (time: number, address = taskOf(time), scheduledFor = time): Command => ({
  type: 'send',
  to: address,
  event: 'task.create',
  data: {
    task: 't',
    input: 7,
    parent: to,
    metadata: { schedule: to, scheduledFor: new Date(scheduledFor).toISOString() },
  },
  correlationId: address,
  priority: 'high',
})
const cancels = (time: number): Command => ({
  type: 'send',
  to: taskOf(time),
  event: 'task.cancel',
  data: { reason: 'its schedule came again' },
})
const wait = (delay: number): Command => ({
  type: 'timer.set',
  id: 'xstate.after.untilNext.schedule.waiting',
  delay,
  event: 'xstate.after.untilNext.schedule.waiting',
})
const stopWaiting: Command = { type: 'timer.cancel', id: 'xstate.after.untilNext.schedule.waiting' }
const triggered = `${taskOf(10)}.trigger-5` as const

/** Waits for 1000. */
const waiting = [create(), first]
/** 1000 has come; 2000 comes next. */
const due = [...waiting, timer]
/** The run of 1000 is under way, and 2000 has come. */
const busy = (more: Partial<ScheduleSpec>): Signal[] => [
  create(more),
  first,
  timer,
  fire(2, [1000], 1000, 2000),
  at(2000, timer.type),
]
const finishing = [create({ times: 1 }), first, timer, fire(2, [1000], 1000, 2000)]
const everywhere = { due, waiting, paused: [...waiting, pause], finishing }

const inEveryState = Object.entries(everywhere).flatMap(([state, given]): Row[] => [
  {
    promise: `${state}: removed, it says why`,
    given,
    when: remove,
    to: 'removed',
    context: { reason: 'gone' },
    commands: state === 'waiting' ? [stopWaiting] : [],
  },
  {
    promise: `${state}: what is wanted now runs beside the plan`,
    given,
    when: trigger,
    to: state,
    context: { triggered: 1, running: state === 'finishing' ? [taskOf(1000), triggered] : [triggered] },
    commands: [creates(10, triggered)],
  },
  {
    promise: `${state}: another definition counts from now on`,
    given,
    when: update,
    to: state === 'paused' ? 'paused' : 'due',
    context: { anchor: 20, from: 20, next: null, spec: { definition: 'other' } },
    commands: state === 'waiting' ? [stopWaiting] : [],
  },
  {
    promise: `${state}: other policies of its task change nothing of its times`,
    given,
    when: policies,
    to: state === 'paused' ? 'paused' : 'due',
    context: { anchor: 0, from: state === 'finishing' ? 1000 : 0, spec: { create: { input: 8 } } },
    commands: state === 'waiting' ? [stopWaiting] : [],
  },
  { promise: `${state}: what is none of its tasks tells it nothing`, given, when: done(77) },
  { promise: `${state}: it is created once`, given, when: create() },
])

const rows: Row[] = [
  ...inEveryState,
  {
    promise: 'created, it asks when it comes',
    given: [],
    when: create(),
    to: 'due',
    context: { turn: 1, from: 0, anchor: 0, createdAt: 0 },
  },
  {
    promise: 'told, it waits until then',
    given: [create()],
    when: first,
    to: 'waiting',
    context: { next: 1000, delay: 1000 },
    commands: [wait(1000)],
  },
  {
    promise: 'its time comes',
    given: waiting,
    when: timer,
    to: 'due',
    context: { turn: 2, next: null },
    commands: [stopWaiting],
  },
  { promise: 'an answer to an older question is not taken', given: due, when: fire(1, [1000], 1000, 2000) },
  { promise: 'nor is one that nobody asked for', given: waiting, when: fire(1, [1000], 1000, 2000) },
  {
    promise: 'what is due is run, and the next one is waited for',
    given: due,
    when: fire(2, [1000], 1010, 2000),
    to: 'waiting',
    context: { started: 1, last: 1000, running: [taskOf(1000)], from: 1010 },
    commands: [creates(1000), wait(990)],
  },
  {
    promise: 'a task that ended is forgotten',
    given: [...due, fire(2, [1000], 1000, 2000)],
    when: done(1000),
    to: 'waiting',
    context: { running: [] },
  },
  {
    promise: 'also while its next time has come',
    given: busy({}),
    when: done(1000),
    to: 'due',
    context: { running: [] },
  },
  {
    promise: 'also while it is paused',
    given: [...busy({}), pause],
    when: done(1000),
    to: 'paused',
    context: { running: [] },
  },
  // ---- missed
  {
    promise: 'once: one run makes up for all that was missed',
    given: due,
    when: fire(2, [1000, 2000, 3000], 3500, 4000, 2),
    to: 'waiting',
    context: { started: 1, missed: 4, last: 3000 },
    commands: [creates(3000), wait(500)],
  },
  {
    promise: 'skip: nothing that is late is run',
    given: [create({ missed: 'skip' }), first, timer],
    when: fire(2, [1000, 2000], 2500, 3000),
    to: 'waiting',
    context: { started: 0, missed: 2 },
    commands: [wait(500)],
  },
  {
    promise: 'skip: what is in time is run',
    given: [create({ missed: 'skip' }), first, timer],
    when: fire(2, [1000, 2000], 2100, 3000),
    to: 'waiting',
    context: { started: 1, missed: 1 },
    commands: [creates(2000), wait(900)],
  },
  {
    promise: 'all: they are run one after another',
    given: [create({ missed: 'all' }), first, timer],
    when: fire(2, [1000, 2000, 3000], 3500, 4000),
    to: 'waiting',
    context: { started: 1, missed: 0, backlog: [2000, 3000], running: [taskOf(1000)] },
    commands: [creates(1000), wait(500)],
  },
  {
    promise: 'all: the next begins when the one before has ended',
    given: [create({ missed: 'all' }), first, timer, fire(2, [1000, 2000, 3000], 3500, 4000)],
    when: done(1000),
    to: 'waiting',
    context: { started: 2, backlog: [3000], running: [taskOf(2000)] },
    commands: [creates(2000)],
  },
  {
    promise: 'all: they wait for what ran before',
    given: busy({ missed: 'all' }),
    when: fire(3, [2000, 3000], 3500, 4000),
    to: 'waiting',
    context: { started: 1, backlog: [2000, 3000], skipped: 0 },
    commands: [wait(500)],
  },
  {
    promise: 'all and allow: they run at once',
    given: [create({ missed: 'all', overlap: 'allow' }), first, timer],
    when: fire(2, [1000, 2000], 2500, 3000),
    to: 'waiting',
    context: { started: 2, running: [taskOf(1000), taskOf(2000)] },
    commands: [creates(1000), creates(2000), wait(500)],
  },
  {
    promise: 'all and cancel: the latest stands for all',
    given: busy({ missed: 'all', overlap: 'cancel' }),
    when: fire(3, [2000, 3000], 3500, 4000),
    to: 'waiting',
    context: { started: 2, skipped: 1, last: 3000 },
    commands: [cancels(1000), creates(3000), wait(500)],
  },
  {
    promise: 'all: what waits is bounded, and the oldest are skipped',
    given: [create({ missed: 'all' }), first, timer],
    when: fire(
      2,
      Array.from({ length: MAX_BACKLOG + 3 }, (_, n) => 1000 + n),
      9_000,
      10_000,
    ),
    to: 'waiting',
    context: { started: 1, skipped: 2 },
    commands: [creates(1000), wait(1000)],
  },
  {
    promise: 'where the rules of its time zone changed, nothing may be due',
    given: due,
    when: fire(2, [], 1000, 3000, 1),
    to: 'waiting',
    context: { started: 0, missed: 1 },
    commands: [wait(2000)],
  },
  // ---- overlap
  {
    promise: 'skip: it is left out while an earlier one runs',
    given: busy({}),
    when: fire(3, [2000], 2000, 3000),
    to: 'waiting',
    context: { started: 1, skipped: 1 },
    commands: [wait(1000)],
  },
  {
    promise: 'buffer: one is kept',
    given: busy({ overlap: 'buffer' }),
    when: fire(3, [2000], 2000, 3000),
    to: 'waiting',
    context: { started: 1, skipped: 0, backlog: [2000] },
    commands: [wait(1000)],
  },
  {
    promise: 'buffer: and no second one',
    given: [...busy({ overlap: 'buffer' }), fire(3, [2000], 2000, 3000), at(3000, timer.type)],
    when: fire(4, [3000], 3000, 4000),
    to: 'waiting',
    context: { started: 1, skipped: 1, backlog: [2000] },
    commands: [wait(1000)],
  },
  {
    promise: 'cancel: the earlier one is cancelled',
    given: busy({ overlap: 'cancel' }),
    when: fire(3, [2000], 2000, 3000),
    to: 'waiting',
    context: { started: 2, running: [taskOf(1000), taskOf(2000)] },
    commands: [cancels(1000), creates(2000), wait(1000)],
  },
  {
    promise: 'allow: both run',
    given: busy({ overlap: 'allow' }),
    when: fire(3, [2000], 2000, 3000),
    to: 'waiting',
    context: { started: 2, running: [taskOf(1000), taskOf(2000)] },
    commands: [creates(2000), wait(1000)],
  },
  // ---- pause
  {
    promise: 'paused, it waits for nothing, with the reason',
    given: waiting,
    when: pause,
    to: 'paused',
    context: { next: null, reason: 'lunch' },
    commands: [stopWaiting],
  },
  {
    promise: 'a pause needs no reason',
    given: due,
    when: at(10, 'schedule.pause'),
    to: 'paused',
    context: { reason: null },
  },
  {
    promise: 'a pause starts nothing that was kept',
    given: [...busy({ overlap: 'buffer' }), fire(3, [2000], 2000, 3000)],
    when: pause,
    to: 'paused',
    context: { backlog: [], skipped: 1 },
    commands: [stopWaiting],
  },
  {
    promise: 'resumed, it counts from now on',
    given: [...waiting, pause],
    when: resume,
    to: 'due',
    context: { from: 5000, anchor: 0, reason: null },
  },
  { promise: 'it is resumed only from a pause', given: waiting, when: resume },
  { promise: 'it is paused once', given: [...waiting, pause], when: pause },
  {
    promise: 'where the calendar cannot tell, it is paused with the error',
    given: due,
    when: at(1000, 'schedule.fail', { turn: 2, error: oops }),
    to: 'paused',
    context: { error: oops },
  },
  {
    promise: 'an error of an older question is not taken',
    given: due,
    when: at(1000, 'schedule.fail', { turn: 1, error: oops }),
  },
  // ---- the end
  {
    promise: 'where no time is to come and nothing runs, it is over',
    given: [create()],
    when: fire(1, [], 0, null),
    to: 'completed',
  },
  {
    promise: 'with the last one running it is about to be',
    given: due,
    when: fire(2, [1000], 1000, null),
    to: 'finishing',
    context: { started: 1 },
    commands: [creates(1000)],
  },
  {
    promise: 'it has so many runs and no more',
    given: [create({ times: 2, missed: 'all', overlap: 'allow' }), first, timer],
    when: fire(2, [1000, 2000, 3000], 3500, 4000),
    to: 'finishing',
    context: { started: 2, missed: 0 },
    commands: [creates(1000), creates(2000)],
  },
  {
    promise: 'what waits counts as a run',
    given: [create({ times: 2, overlap: 'buffer' }), ...busy({}).slice(1)],
    when: fire(3, [2000], 2000, 3000),
    to: 'finishing',
    context: { started: 1, backlog: [2000] },
  },
  {
    promise: 'what waits is run before the end',
    given: [create({ times: 2, overlap: 'buffer' }), ...busy({}).slice(1), fire(3, [2000], 2000, 3000)],
    when: done(1000),
    to: 'finishing',
    context: { started: 2, backlog: [] },
    commands: [creates(2000)],
  },
  { promise: 'with the last run it is over', given: finishing, when: done(1000), to: 'completed' },
  { promise: 'one that is about to end cannot be paused', given: finishing, when: pause },
  { promise: 'over is over', given: [...finishing, done(1000)], when: trigger },
]

describe('schedule', () => {
  it.each(rows)('$promise', row => {
    expect(play(start(scheduleMachine), row)).toEqual(promised(row))
  })

  it('every transition is taken by a row', () => {
    expect(untaken(start(scheduleMachine), rows)).toEqual([])
  })

  it('every time that came is run, waits, was skipped or missed', () => {
    const { snapshot } = sendAll(start(scheduleMachine), [
      ...busy({ missed: 'all', overlap: 'buffer' }),
      fire(3, [2000, 3000, 3500], 3600, 4000, 6),
      done(1000),
      at(4000, timer.type),
      fire(4, [4000], 4000, 5000),
    ])
    const { started, backlog, skipped, missed } = snapshot.context as Record<string, number> & {
      backlog: number[]
    }
    expect((started ?? 0) + backlog.length + (skipped ?? 0) + (missed ?? 0)).toBe(1 + 6 + 3 + 1)
  })
})
