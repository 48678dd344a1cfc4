/** Rows of the task machine: messages to agents: what cannot be handled lies among the dead, is replayed, or discarded. */
import type { Signal } from '../../src/messages/signal.ts'
import { signal, type Event, type Row } from './drive.ts'
import {
  assigned,
  begin,
  cancel,
  cancelled,
  create,
  due,
  effect,
  expired,
  failed,
  fragile,
  interruption,
  leftQueue,
  notInTime,
  oops,
  overallTimer,
  overdue,
  retry,
  tooLongQueued,
  unset,
} from './task-events.ts'

const mail = { type: 'task', from: 'agent/b', path: ['agent/b'] }
const letter = (more: object = {}, signalled: Partial<Signal> = {}): Signal =>
  create({ mail, ...more }, signalled)
const question = (more: object = {}): Signal => create({ mail: { ...mail, asks: true }, ...more })
const full = { name: 'StatorError', message: 'full', code: 'MAILBOX_FULL' }
const drop = signal('task.drop', { reason: 'overflow', error: full }, { at: 7000 })
const stamped = { stamp: { dead: { reason: 'guard', error: full } } } as unknown as Partial<Signal>
const dead = [letter({ overall: 500 }), drop]
const replay = signal('task.replay', {}, { at: 8000 })
const discard = signal('task.discard', { by: 'ann', reason: 'old news' }, { at: 8000 })
const overflown = { error: full, dead: { reason: 'overflow', at: 7000 }, agent: null, endedAt: 0 }

const dropped = (state: string, given: Event[], asked: Event[], commands: Row['commands'] = []): Row[] => [
  {
    promise: `a letter that is ${state} can be dropped, and is kept with the reason`,
    given,
    when: drop,
    to: 'dead',
    context: overflown,
    commands,
  },
  {
    promise: `a question that is ${state} fails when it is dropped`,
    given: asked,
    when: drop,
    to: 'failed',
    context: { error: full, endedAt: 7000 },
    commands,
  },
]

const late = (state: string, given: Event[], commands: Row['commands'] = []): Row => ({
  promise: `a letter that is not handled in its time while it is ${state} is kept`,
  given,
  when: expired,
  to: 'dead',
  context: { error: notInTime, dead: { reason: 'expired', at: 6000 } },
  commands,
})

const waits = { after: ['task/first'] }
const depend = signal('task.depend', waits)
const hold = { onInterrupted: 'hold' }
const interrupted = signal('task.interrupted', { clean: false }, { at: 3000 })

export const letterRows: Row[] = [
  {
    promise: 'a letter that cannot be delivered is kept from the start, with the reason',
    given: [],
    when: letter({ overall: 500 }, stamped),
    to: 'dead',
    context: { error: full, dead: { reason: 'guard', at: 1000 }, createdAt: 1000 },
  },
  ...dropped('pending', [letter(waits)], [question(waits)]),
  ...dropped('scheduled', [letter({ startAt: 1500 })], [question({ startAt: 1500 })], [unset('scheduled')]),
  ...dropped('queued', [letter()], [question()]),
  ...dropped(
    'retrying',
    [letter({ retry }, assigned), failed(1)],
    [question({ retry }), begin, failed(1)],
    [unset('retrying')],
  ),
  ...dropped('held', [letter(hold, assigned), interrupted], [question(hold), begin, interrupted]),
  { promise: 'work that is no message cannot be dropped', given: [create()], when: drop },
  { promise: 'a letter that is being handled cannot be dropped', given: [letter({}, assigned)], when: drop },
  {
    promise: 'a letter that waited too long is kept',
    given: [letter({ queueTimeout: 100, overall: 500 })],
    when: overdue,
    to: 'dead',
    context: { error: tooLongQueued, dead: { reason: 'expired', at: 6000 } },
    commands: [leftQueue, { type: 'timer.cancel', id: 'overall' }],
  },
  late('pending', [letter({ overall: 500 }), depend]),
  late('queued', [letter({ overall: 500 })]),
  late('scheduled', [letter({ overall: 500, startAt: 1500 })], [unset('scheduled')]),
  late(
    'running',
    [letter({ overall: 500 }, assigned)],
    [{ type: 'effect.stop', turn: 1, reason: 'expired' }],
  ),
  late('retrying', [letter({ overall: 500, retry }, assigned), failed(1)], [unset('retrying')]),
  late('held', [letter({ overall: 500, ...hold }, assigned), interrupted]),
  {
    promise: 'a letter that cannot be handled is kept when its attempts are used up',
    given: [letter({}, assigned)],
    when: failed(1),
    to: 'dead',
    context: { error: oops, dead: { reason: 'failed', at: 3000 }, attempts: 1 },
  },
  {
    promise: 'word of an attempt that is over does not bury a letter',
    given: [letter({ retry }, assigned), failed(1), due('retrying'), begin],
    when: failed(1),
  },
  {
    promise: 'a letter that ends the process too often is kept',
    given: fragile({ mail }),
    when: interrupted,
    to: 'dead',
    context: { error: interruption, dead: { reason: 'failed', at: 3000 } },
  },
  {
    promise: 'a dead letter that is replayed waits as if it had just come',
    given: [letter({ overall: 500 }, assigned), failed(1)],
    when: replay,
    to: 'queued',
    context: { dead: null, error: null, attempts: 0, interruptions: 0, readyAt: 8000, turn: 1 },
    commands: [overallTimer(500)],
  },
  {
    promise: 'a letter that was replayed is handled in an attempt of its own',
    given: [...dead, replay],
    when: begin,
    to: 'running',
    context: { attempts: 1, turn: 1 },
    commands: [effect(1)],
  },
  {
    promise: 'a dead letter that nobody wants is discarded, for a reason',
    given: dead,
    when: discard,
    to: 'cancelled',
    context: { error: { ...cancelled, message: 'old news' }, endedAt: 8000 },
  },
  {
    promise: 'a dead letter can be cancelled like anything else',
    given: dead,
    when: cancel(),
    to: 'cancelled',
    context: { error: cancelled },
  },
]
