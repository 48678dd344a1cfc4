/** Rows of the task machine: it is handed on, to another agent or to anybody else of a role, with all that is recorded of it. */
import type { Signal } from '../../src/messages/signal.ts'
import { signal, type Row } from './drive.ts'
import { assigned, create, done, retry } from './task-events.ts'

const mail = { type: 'task', from: 'agent/c', path: ['agent/c'] }
const running = (more: object = {}): Signal[] => [create({ retry, ...more }, assigned)]
const handOff = (to: object, turn = 1, note?: string): Signal =>
  signal('task.handOff', { turn, to, ...(note === undefined ? {} : { note }) }, { at: 4000 })
const stopped = [{ type: 'effect.stop', turn: 1, reason: 'handed over' }] as const
const spec = { task: 't', input: null, retry }

export const handOffRows: Row[] = [
  {
    promise: 'handed to another agent it waits for that one, and the attempt counts as none',
    given: running({ role: 'tester', skills: ['ci'], queue: 'slow' }),
    when: handOff({ agent: 'agent/b' }, 1, 'you know it better'),
    to: 'queued',
    context: {
      spec: { ...spec, agent: 'agent/b', queue: 'slow' },
      agent: null,
      attempts: 0,
      turn: 1,
      handedOver: [{ from: 'agent/a', note: 'you know it better', at: 4000 }],
    },
    commands: stopped,
  },
  {
    promise: 'handed to a role it is anybody’s of it, but of whoever had it',
    given: running({ agent: 'agent/a' }),
    when: handOff({ role: 'lead' }),
    to: 'queued',
    context: { spec: { ...spec, role: 'lead', except: 'agent/a' } },
    commands: stopped,
  },
  {
    promise: 'a message goes on in the mailbox of whose it is now',
    given: running({ mail, agent: 'agent/a', queue: 'mailbox:a' }),
    when: handOff({ agent: 'agent/b', queue: 'mailbox:b' }),
    to: 'queued',
    context: { spec: { ...spec, mail, agent: 'agent/b', queue: 'mailbox:b' } },
    commands: stopped,
  },
  {
    promise: 'a message that goes to a role is in nobody’s mailbox',
    given: running({ mail, agent: 'agent/a', queue: 'mailbox:a' }),
    when: handOff({ role: 'lead' }),
    to: 'queued',
    context: { spec: { ...spec, mail, role: 'lead', except: 'agent/a' } },
    commands: stopped,
  },
  {
    promise: 'an attempt that is over hands nothing on',
    given: running(),
    when: handOff({ agent: 'agent/b' }, 7),
  },
  {
    promise: 'whoever handed it on is not heard any more',
    given: [...running(), handOff({ agent: 'agent/b' })],
    when: done(1),
  },
]
