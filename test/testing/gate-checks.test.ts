/** What the invariants say of gates complains of what it is there for: a good life of one is told once more, with one thing wrong. */
import { describe, expect, test } from 'vitest'
import { gateMachine, type Signal } from 'stator'
import type { Command } from '../../src/messages/command.ts'
import { gateFaults } from '../../src/testing/invariants/gates.ts'
import { firstStanding, macrostep } from '../../src/testing/invariants/macrostep.ts'
import { BARE, type Move, type Shade } from '../../src/testing/invariants/shade.ts'
import type { Shadow } from '../../src/testing/invariants/shadow.ts'
import { signal } from '../machines/drive.ts'

const to = 'gate/run/ship'
const run = { parent: 'workflow/run', step: 3, visit: 2, item: 1, expires: 1_000 } as const
const open = (more: object = run): Signal => signal('gate.open', more, { to, from: 'workflow/run' })
const approve = signal('gate.approve', { by: 'ann', data: 7 }, { to })
const reject = signal('gate.reject', { by: 'bob', reason: 'no' }, { to })
const cancel = signal('gate.cancel', {}, { to, from: 'workflow/run' })
const expire = signal('hub.timer', { id: 'expiry', event: 'gate.expired', setSeq: 1 }, { to })

/** What is said against these, where what a machine does with the last of them is told like that. */
function complaint(
  signals: readonly Signal[],
  tell: (move: Pick<Move, 'signal' | 'commands'>) => Partial<Move> = () => ({}),
): string | undefined {
  const shadow = {} as Shadow
  let standing = firstStanding(gateMachine, undefined)
  let wrong: string | undefined
  for (const [index, each] of signals.entries()) {
    const type = each.type === 'hub.timer' ? (each.data as { event: string }).event : each.type
    const step = macrostep(gateMachine, standing, { ...each, type })
    standing = step.after
    const move: Move = {
      ...BARE,
      arrived: undefined,
      isAgain: false,
      name: '',
      signal: { ...each, final: standing.status === 'done', toState: String(standing.value) },
      actor: { sort: 'gate' } as Shade,
      isNew: index === 0,
      commands: step.commands,
    }
    wrong = gateFaults(index === signals.length - 1 ? { ...move, ...tell(move) } : move, shadow)
  }
  return wrong
}

/** What it says, with something else in it. */
const saying =
  (change: (data: object) => object, more: object = {}) =>
  ({ commands }: Pick<Move, 'commands'>): Partial<Move> => ({
    commands: commands.map(
      command =>
        (command.type === 'send'
          ? { ...command, data: change(command.data as object), ...more }
          : command) as Command,
    ),
  })
const silent = (): Partial<Move> => ({ commands: [] })
const TOLD: Command = { type: 'send', to: 'workflow/run', event: 'step.done', data: { step: 0 } }
const same = (data: object): object => data

const asking = {
  title: 'May I?',
  approvers: ['ann', 'bob'],
  escalateAfter: 500,
  strict: true,
  pauses: true,
  asker: { task: 'task/t', agent: 'agent/eve' },
} as const
const timer = (event: string): Signal => signal('hub.timer', { id: 'escalation', event, setSeq: 1 }, { to })
const late = timer('gate.overdue')
const next = signal('gate.escalate', { by: 'ann' }, { to })
const other = signal('gate.reassign', { to: 'cid', by: 'ann' }, { to })
const byBob = signal('gate.approve', { by: 'bob' }, { to })
const byCid = signal('gate.reject', { by: 'cid', reason: 'no' }, { to })
const taken = (by: string) => (): Partial<Move> => ({
  signal: { ...approve, data: { by }, final: true, toState: 'approved' },
})

describe('of a gate that asks one after the other', () => {
  test.each<[string, readonly Signal[]]>([
    ['the second answers', [open(asking), late, byBob]],
    ['nobody answers', [open(asking), late, late]],
    ['somebody else is asked', [open(asking), other, byCid]],
    ['somebody else, and then the next', [open(asking), other, next, byBob]],
    ['time approves', [open({ ...asking, onExpire: 'approve' }), next, late]],
    ['a rejection stops the agent', [open({ ...asking, onReject: 'stop' }), other, byCid]],
    ['it is called off', [open(asking), signal('gate.cancel', {}, { to, from: 'system/hub' })]],
  ])('a good life has nothing against it: %s', (_what, signals) => {
    for (const length of signals.keys()) expect(complaint(signals.slice(0, length + 1))).toBeUndefined()
  })

  const without =
    (type: string) =>
    ({ commands }: Pick<Move, 'commands'>): Partial<Move> => ({
      commands: commands.filter(each => each.type !== type),
    })
  test.each<[string, readonly Signal[], (move: Pick<Move, 'signal' | 'commands'>) => Partial<Move>, string]>([
    [
      'an agent that is not paused',
      [open(asking)],
      without('send'),
      'instead of [["agent/eve","agent.pause"',
    ],
    [
      'an agent that is left paused',
      [open(asking), late, byBob],
      silent,
      'instead of [["agent/eve","agent.resume"',
    ],
    [
      'nobody who is asked next in time',
      [open(asking)],
      without('timer.set'),
      'timers of  ms instead of 500',
    ],
    ['a next one without a time', [open(asking), next], silent, 'timers of  ms instead of 500'],
    [
      'an answer of somebody else',
      [open(asking), late, byBob],
      taken('ann'),
      'answered by somebody else than bob',
    ],
    [
      'an expiry that approves',
      [open(asking), late, late],
      ({ signal: each }) => ({ signal: { ...each, toState: 'approved' } }),
      'ends as approved instead of expired',
    ],
    [
      'an end before all were asked',
      [open(asking), late],
      ({ signal: each }) => ({ signal: { ...each, final: true, toState: 'expired' } }),
      'over before all were asked',
    ],
    [
      'a refusal to whoever is asked',
      [open(asking), byBob],
      () => ({
        signal: {
          ...approve,
          data: { by: 'ann' },
          refused: { code: 'GATE_NOT_YOURS', message: '', allowed: [] },
        },
      }),
      'refused to whoever is asked',
    ],
  ])('it complains of %s', (_what, signals, tell, words) => {
    expect(complaint(signals, tell)).toContain(words)
  })
})

describe('of a gate', () => {
  test.each([approve, reject, cancel, expire])('a good life has nothing against it: %#', last => {
    expect(complaint([open()])).toBeUndefined()
    expect(complaint([open(), last])).toBeUndefined()
    expect(complaint([open({}), last])).toBeUndefined()
  })

  test.each<[string, readonly Signal[], (move: Pick<Move, 'signal' | 'commands'>) => Partial<Move>, string]>([
    ['no timer', [open()], silent, 'timers of  ms instead of 1000'],
    [
      'a timer that is too long',
      [open()],
      ({ commands }) => ({ commands: commands.map(each => ({ ...each, delay: 1_001 }) as Command) }),
      'timers of 1001 ms instead of 1000',
    ],
    ['a run that hears nothing', [open(), approve], silent, 'says 0 things'],
    [
      'a run that hears it twice',
      [open(), approve],
      ({ commands }) => ({ commands: [...commands, ...commands] }),
      'says 2 things',
    ],
    ['word where nobody waits', [open({}), approve], () => ({ commands: [TOLD] }), 'says 1 things'],
    ['word before its end', [open({})], () => ({ commands: [TOLD] }), 'says 1 things'],
    [
      'a run that hears of another time',
      [open(), approve],
      saying(data => ({ ...data, visit: 1 })),
      'instead of ["workflow/run","step.done",3,2,1]',
    ],
    [
      'another run that hears of it',
      [open(), approve],
      saying(same, { to: 'workflow/other' }),
      'says ["workflow/other"',
    ],
    [
      'a rejection told as an approval',
      [open(), reject],
      saying(data => ({ ...data, status: 'completed' })),
      'instead of ["failed","GATE_REJECTED",null]',
    ],
    [
      'another answer than was given',
      [open(), approve],
      saying(data => ({ ...data, output: { approved: true, by: 'ann', data: 8 } })),
      '"data":7',
    ],
    [
      'an expiry told as a cancel',
      [open(), expire],
      saying(data => ({ ...data, status: 'cancelled' })),
      'instead of ["failed","GATE_EXPIRED",null]',
    ],
    [
      'a cancel by somebody else',
      [open(), cancel],
      move => ({ signal: { ...move.signal, from: 'client/local', final: true } }),
      'called off by client/local',
    ],
    [
      'an answer that ends nothing',
      [open(), approve],
      move => ({ signal: { ...move.signal, final: false } }),
      'it neither opens nor ends',
    ],
  ])('it complains of %s', (_what, signals, tell, words) => {
    expect(complaint(signals, tell)).toContain(words)
  })
})
