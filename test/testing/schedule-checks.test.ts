/** What the invariants say of schedules complains of what it is there for: a good life of one is told once more, with one thing wrong. */
import { describe, expect, test } from 'vitest'
import { agent, scheduleMachine, task, type Json, type Signal } from 'stator'
import type { Command } from '../../src/messages/command.ts'
import { firstStanding, macrostep } from '../../src/testing/invariants/macrostep.ts'
import { occasionFaults } from '../../src/testing/invariants/occasions.ts'
import { scheduleFaults } from '../../src/testing/invariants/schedules.ts'
import { BARE, type Move, type Shade } from '../../src/testing/invariants/shade.ts'
import type { Shadow } from '../../src/testing/invariants/shadow.ts'
import { worldOf } from '../runtime/support/world.ts'

const START = Date.UTC(2030, 0, 1)
const HOUR = 3_600_000
const tick = task('tick')

/** Everything that a schedule was told: of one hour, and then of three at once. */
async function life(): Promise<readonly Signal[]> {
  const world = worldOf(each => ({
    agents: [
      agent('ann').handle(
        tick,
        each.handler(() => 1),
      ),
    ],
  }))
  const first = await world.boot()
  const options = { every: '1h', startAt: START + HOUR, until: START + 5 * HOUR, missed: 'all' } as const
  await first.until(first.runtime.tasks.schedules.create('job', tick, null, options))
  await world.pass(first, 1.5 * HOUR)
  first.die()
  world.clock.set(START + 4.5 * HOUR)
  const second = await world.boot()
  await world.drain(second)
  return second.runtime.history({ actor: 'schedule/job', limit: 100 })
}

type Tell = (
  signal: Signal,
  commands: readonly Command[],
) => { signal?: Signal; commands?: readonly Command[] }

/** What is said against it, where it is told like that. */
function complaint(signals: readonly Signal[], tell: Tell): string | undefined {
  const shadow = { limits: { catchUp: 1_000 } } as unknown as Shadow
  let standing = firstStanding(scheduleMachine, undefined)
  for (const [index, recorded] of signals.entries()) {
    const told = tell(recorded, []).signal ?? recorded
    const event = told.type === 'hub.timer' ? (told.data as { event: string }).event : told.type
    const step = macrostep(scheduleMachine, standing, { ...told, type: event })
    standing = step.after
    const commands = tell(recorded, step.commands).commands ?? step.commands
    const actor = { sort: 'schedule', standing } as Shade
    const move: Move = {
      ...BARE,
      arrived: undefined,
      isAgain: false,
      name: '',
      signal: told,
      actor,
      isNew: index === 0,
      commands,
    }
    const wrong = scheduleFaults(move, shadow) ?? occasionFaults(move, shadow)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const signals = await life()
const late = signals.find(({ data }) => ((data as { due?: number[] }).due ?? []).length === 3) as Signal
/** Its word of three hours at once, with something else in it. */
const instead =
  (change: (data: { due: number[]; passed: number; next: number; upTo: number }) => object): Tell =>
  signal => {
    if (signal.seq !== late.seq) return {}
    const data = signal.data as unknown as Parameters<typeof change>[0]
    return { signal: { ...signal, data: { ...data, ...change(data) } as Json } }
  }
const beginning =
  (change: (commands: readonly Command[]) => readonly Command[]): Tell =>
  (signal, commands) =>
    signal.seq === late.seq ? { commands: change(commands) } : {}
const going =
  (toState: string): Tell =>
  signal =>
    signal.seq === late.seq ? { signal: { ...signal, toState } } : {}

describe('of a schedule', () => {
  test('a good life has nothing against it', () => {
    expect(late).toBeDefined()
    expect(complaint(signals, () => ({}))).toBeUndefined()
  })

  test.each([
    ['a time is left out', instead(({ due }) => ({ due: due.slice(1) })), /^told of/],
    ['a time is made up', instead(({ due }) => ({ due: [...due, (due[2] ?? 0) + 1] })), /^told of/],
    ['more are said to lie before', instead(() => ({ passed: 1 })), /lie before/],
    ['the next one is another', instead(({ next }) => ({ next: next + 1 })), /comes next/],
    ['it is told of the future', instead(({ upTo }) => ({ upTo: upTo + HOUR })), /not come/],
    [
      'a run is begun twice',
      beginning(([one, ...rest]) => [one as Command, one as Command, ...rest]),
      /once more/,
    ],
    [
      'a run is begun whose time has not come',
      beginning(commands =>
        commands.map(each =>
          each.type === 'send' ? { ...each, to: 'task/job@2031-01-01T00:00:00.000Z' } : each,
        ),
      ),
      /has not come/,
    ],
    [
      'nothing is run',
      beginning(commands => commands.filter(({ type }) => type !== 'send')),
      /^says nothing/,
    ],
    [
      'the latest is run, and not the first',
      beginning(commands =>
        commands.map(each =>
          each.type === 'send'
            ? { ...each, to: each.to.replace('02:00', '04:00') as `task/${string}` }
            : each,
        ),
      ),
      /^says task.create .*04:00.* instead of task.create .*0/,
    ],
    ['it goes elsewhere', going('paused'), /^goes to paused instead of waiting/],
    [
      'it does not wait for the next one',
      beginning(commands => commands.filter(({ type }) => type !== 'timer.set')),
      /^waits/,
    ],
  ] as const)('%s', (_what, tell, words) => {
    expect(complaint(signals, tell)).toMatch(words)
  })
})
