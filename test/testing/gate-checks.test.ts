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
      signal: { ...each, final: index > 0 },
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
