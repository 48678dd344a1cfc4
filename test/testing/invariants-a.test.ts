/**
 * Each sentence of the checks of invariants 1, 2, 3, 5, 6, 14 and 15 complains of what it is there for: a good simulation is watched by
 * one check, which says nothing, and then the check is told or shown something that must not be.
 */
import { describe, expect, test } from 'vitest'
import { agent, StatorError, task, workflow, type Address, type Json, type Signal } from 'stator'
import {
  INVARIANTS,
  Simulation,
  settled,
  type Entry,
  type Life,
  type Setup,
  type Watcher,
} from 'stator/testing'
import { z } from 'zod'
import type { Batch, PendingMessage } from '../../src/runtime/journal.ts'
import { cursorAt } from '../../src/runtime/cursor.ts'
import { decode, encode, type JournalRecord } from '../../src/runtime/record.ts'
import type { Said, Told } from '../../src/testing/host/watcher.ts'
import { follow } from '../../src/testing/invariants/followed.ts'
import { Past } from '../../src/testing/invariants/past.ts'
import { Reader } from '../../src/testing/invariants/reader.ts'

const count = z.object({ n: z.int() })
const add = task('add', { input: count, output: count, retry: { maxAttempts: 2, initialInterval: '1s' } })
const two = workflow('two', { input: count })
  .step('one', add)
  .step('other', add, ({ outputs }) => outputs.one)

/** One run has ended, and another one has a handler that does not end. */
class Scene {
  readonly watcher: Watcher
  readonly world: Simulation
  readonly life: Life

  private constructor(watcher: Watcher, world: Simulation, life: Life) {
    this.watcher = watcher
    this.world = world
    this.life = life
  }

  static async under(number: number): Promise<Scene> {
    const watcher = INVARIANTS.find(invariant => invariant.number === number)?.watch?.() as Watcher
    const setup = (life: Life): Setup => ({
      workflows: [two],
      agents: ['ann', 'bob'].map(id =>
        agent(id).handle(
          add,
          life.handler(async ({ n }, ctx) => {
            const made = await ctx.do('make', () => n + 1)
            await life.wait(n < 100 ? 5 : 1_000_000)
            return { n: made }
          }),
        ),
      ),
    })
    const world = new Simulation({ seed: 3, setup, watchers: [watcher], limits: { idle: 10 } })
    const life = await world.boot()
    const done = await life.until(life.runtime.start(two, { n: 1 }, { id: 'done' }))
    await life.until(done.outcome())
    await life.until(life.runtime.start(two, { n: 100 }, { id: 'runs' }))
    await world.pass(life, 100)
    if (world.broken.length > 0) throw world.broken[0] as Error
    return new Scene(watcher, world, life)
  }

  get signals(): readonly Signal[] {
    return Past.of(this.world).signals
  }

  get position(): number {
    return this.signals.at(-1)?.seq ?? 0
  }

  /** The last one of this type, or of any. */
  last(to?: Address, type?: string): Signal {
    return this.signals.findLast(
      signal => (to ?? signal.to) === signal.to && (type ?? signal.type) === signal.type,
    ) as Signal
  }

  /** One that would be the next, as the recipient would take it, but for what is given. */
  next(given: Partial<Signal> = {}): Signal {
    const to = given.to ?? 'agent/ann'
    const like = this.signals.findLast(signal => signal.to === to) ?? this.last()
    return {
      ...like,
      seq: this.position + 1,
      at: this.last().at,
      from: 'client/local',
      causationId: 0,
      output: 0,
      fromState: like.toState,
      refused: null,
      final: false,
      ...given,
    }
  }

  /** Says that these became durable. They are in the journal only where that is asked for. */
  durable(given: Partial<Batch> = {}, write = false): void {
    let sum = this.world.state.records.at(-1)?.sum ?? 0
    const records = (given.signals ?? []).map(signal => {
      const record = encode(signal, sum)
      ;({ sum } = record)
      return record
    })
    if (write) this.world.state.records.push(...records)
    this.watcher.durable?.({ ...EMPTY, records, ...given }, this.life)
  }

  outside(given: Partial<Entry>): void {
    const start = this.world.ledger.of('start', 'task/runs/one').at(-1) as Entry
    this.watcher.outside?.({ ...start, ...given }, this.life)
  }

  told(what: Told['what'], address: Address, value?: unknown): void {
    this.watcher.told?.({ what, address, value }, this.life)
  }

  accepted(address: Address, given: Partial<Said> = {}, signal?: Signal): void {
    const said = { number: 90, what: 'start', args: [two, { n: 1 }, {}], ...given }
    this.watcher.acknowledged?.(address, this.life, said, signal)
  }

  /** From now on the runtime says something else. */
  lie(given: Record<string, unknown>): void {
    this.life.runtime = lying(this.life.runtime, given)
  }
}

const EMPTY: Batch = {
  records: [],
  signals: [],
  pending: [],
  delivered: [],
  results: [],
  keys: [],
  cached: [],
  ended: [],
  checkpoints: [],
  tailAfter: null,
  clean: false,
}
const REFUSED = { code: 'EVENT_REFUSED', message: 'no', allowed: [] }
const message: PendingMessage = {
  id: 77,
  type: 'step.done',
  to: 'workflow/runs',
  from: 'task/runs/one',
  priority: 'normal',
  correlationId: 'workflow/runs',
  data: {},
  causationId: 0,
  output: 0,
  hops: 1,
  depth: 0,
}

const PROGRESS = { to: 'task/runs/one', type: 'task.progress', toState: 'running' } as const

/** The next turn of the task that runs. */
const started = (agentAddress: Address): Partial<Signal> => ({
  to: 'task/runs/one',
  type: 'task.start',
  fromState: 'queued',
  toState: 'running',
  data: { agent: agentAddress },
})

const ended = (output: Json, turn: number): Partial<Signal> => ({
  to: 'task/runs/one',
  type: 'task.done',
  toState: 'completed',
  final: true,
  data: { turn, output },
})

const recorded = (scene: Scene, name: string): Signal =>
  scene.next({ ...PROGRESS, type: 'task.recorded', from: agentOf(scene), data: { turn: 1, name, value: 1 } })

const agentOf = ({ world }: Scene): Address => Past.of(world).standing.get('task/runs/one')?.agent as Address

const keyOf = ({ world }: Scene, of = 'task/runs/one'): string => world.ledger.of('start', of)[0]?.key ?? ''

/** Drops all records but the last one. */
function drop({ world: { state } }: Scene): void {
  const { seq, at, sum } = state.records.splice(0, state.records.length - 1).at(-1) as JournalRecord
  state.anchor = { seq, at, sum }
}

/** Erases the payloads of a run. */
function erase({ world: { state } }: Scene, run: string): void {
  for (const [index, record] of state.records.entries())
    if (decode(record).correlationId === run) state.records[index] = { ...record, data: null }
}

function lying<T extends object>(truth: T, given: Record<string, unknown>): T {
  return new Proxy(truth, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof name === 'string' && Object.hasOwn(given, name)) return given[name]
      return typeof value === 'function' ? (value as () => void).bind(target) : value
    },
  })
}

type Poke = (scene: Scene) => unknown
type Sentences = Readonly<Record<string, Poke>>

function complains(number: number, sentences: Sentences): void {
  describe(`invariant ${number} complains that`, () => {
    test.each(Object.entries(sentences))('%s', async (words, poke) => {
      const scene = await Scene.under(number)
      await poke(scene)
      await settled()
      const said = scene.world.broken.filter(({ promise }) => promise === number).map(({ detail }) => detail)
      expect(said).toContainEqual(expect.stringContaining(words))
    })
  })
}

complains(1, {
  'was seen before it was durable': scene => scene.watcher.seen?.(scene.next(), scene.life),
  'was seen as another one': scene => scene.watcher.seen?.({ ...scene.last(), type: 'x' }, scene.life),
  'was seen after a write was refused': scene => {
    scene.watcher.crashed?.({ write: 1, point: 'refused' }, scene.life)
    scene.watcher.seen?.(scene.last(), scene.life)
  },
  'workflow/none was acknowledged before it was durable': scene => scene.accepted('workflow/none'),
  'was acknowledged before it was durable': scene =>
    scene.accepted('agent/ann', { what: 'send' }, scene.next()),
  'was acknowledged, and is refused': scene =>
    scene.accepted('agent/ann', { what: 'send' }, { ...scene.last(), refused: REFUSED }),
  'how workflow/runs ended was told before that was durable': scene => scene.told('outcome', 'workflow/runs'),
  'the cancel of workflow/runs was told before': scene => scene.told('cancel', 'workflow/runs'),
  'agent/ann was told to be paused before': scene => scene.told('pause', 'agent/ann'),
  'agent/none was told to be resumed, and is nowhere': scene => scene.told('resume', 'agent/none'),
  'gave its result to its handler before that was durable': scene =>
    scene.outside({ what: 'result', key: `${keyOf(scene)}/unheard` }),
  'task/none was started while durably unknown': scene => scene.outside({ task: 'task/none' }),
  'task/done/one was started while durably completed': scene => scene.outside({ task: 'task/done/one' }),
  'was started as attempt 2': scene => scene.outside({ attempt: 2 }),
  'of agent/cid, durable is 1': scene => scene.outside({ agent: 'agent/cid' }),
  'was started again without a new durable intent': scene => scene.outside({}),
  'was started after a write was refused': scene => {
    scene.watcher.crashed?.({ write: 1, point: 'refused' }, scene.life)
    scene.outside({})
  },
  'the timer that fired was set in the same batch': scene => {
    const data = { id: 'x', event: 'x', setSeq: scene.position + 1 }
    scene.durable({
      signals: [scene.next(), scene.next({ seq: scene.position + 2, type: 'hub.timer', data })],
    })
  },
  'the status says position': scene => {
    scene.lie({ status: () => ({ position: 1_000, hub: 'running' }) })
    return scene.watcher.drained?.(scene.life)
  },
  'is among the recent ones, and not so durable': scene => {
    scene.lie({ recent: () => [scene.next()] })
    return scene.watcher.drained?.(scene.life)
  },
  'agent/ann is shown as lost, durable is': scene => {
    const list = scene.life.runtime.actors.list().map(info => ({ ...info, state: 'lost' }))
    scene.lie({ actors: { list: () => list } })
    return scene.watcher.drained?.(scene.life)
  },
  'task/none is listed, and durably not there': scene => {
    scene.lie({
      actors: { list: () => [{ address: 'task/none', state: 'queued', alive: true, held: null }] },
    })
    return scene.watcher.drained?.(scene.life)
  },
  'agent/bob is shown as lost, durable is': scene => {
    scene.lie({ agents: { list: () => [{ address: 'agent/bob', state: 'lost' }] } })
    return scene.watcher.drained?.(scene.life)
  },
  'actors are shown after a write was refused': scene => {
    scene.watcher.crashed?.({ write: 1, point: 'refused' }, scene.life)
    scene.watcher.between?.(scene.life)
  },
  'is shown, and was refused': scene => {
    scene.lie({ status: () => ({ position: 1_000, hub: 'failed' }) })
    scene.watcher.crashed?.({ write: 1, point: 'refused' }, scene.life)
    scene.watcher.between?.(scene.life)
  },
})

complains(2, {
  '1 signals were written as 0 records': scene => scene.durable({ signals: [scene.next()], records: [] }),
  'was not written as it is': scene =>
    scene.durable({ signals: [scene.next()], records: [encode(scene.next({ type: 'x' }), 0)] }),
  'does not follow the one before it': scene =>
    scene.durable({ signals: [scene.next()], records: [encode(scene.next(), 0)] }),
  'the number of records': scene => scene.durable({ signals: [scene.next()] }),
  'the checkpoint of agent/ann is not in the journal': scene => {
    const [checkpoint] = scene.life.runtime.actors.records()
    scene.durable({ checkpoints: [{ ...checkpoint, address: 'agent/ann', state: 'x' } as never] })
  },
  'the end of agent/ann is not in the journal': scene => scene.durable({ ended: ['agent/ann'] }),
  'pending message 77 is not in the journal': scene => scene.durable({ pending: [message] }),
  'delivered message 77 is not in the journal': scene => {
    scene.world.state.pending.set(77, 'x')
    scene.durable({ delivered: [77] })
  },
  'the result task/none make is not in the journal': scene =>
    scene.durable({ results: [{ owner: 'task/none', generation: 1, name: 'make', value: 1 }] }),
  'the key once is not in the journal': scene =>
    scene.durable({
      keys: [{ sender: 'client/local', key: 'once', hash: '', address: 'task/none', seq: 1 }],
    }),
  'which did not bring task/none to life': scene =>
    scene.durable({
      keys: [{ sender: 'client/local', key: 'once', hash: '', address: 'task/none', seq: 1 }],
    }),
  'was changed after it was written': scene => {
    for (const signal of scene.signals) Object.assign(signal, { name: 'other' })
    return scene.watcher.drained?.(scene.life)
  },
  'the start of the tail is not in the journal': scene => scene.durable({ tailAfter: 1 }),
  'record 3 was durable, and is gone or changed': scene => {
    const { records } = scene.world.state
    records[2] = { ...records[2], at: 1 } as never
    scene.watcher.starting?.(scene.life)
  },
  'the journal has records that nobody wrote': scene => {
    scene.world.state.records.push(encode(scene.next(), 0))
    scene.watcher.starting?.(scene.life)
  },
  'the tail begins after the end': scene => {
    scene.world.state.tailAfter = 1_000
    scene.watcher.starting?.(scene.life)
  },
  'checkpoint agent/ann was durable, and is gone': scene => {
    scene.world.state.checkpoints.delete('agent/ann')
    scene.watcher.starting?.(scene.life)
  },
  'key client/local\nid:workflow/done was durable, and is gone': scene => {
    scene.world.state.keys.delete('client/local\nid:workflow/done')
    scene.watcher.starting?.(scene.life)
  },
  'result task/done/one 1/make was durable, and is gone': scene => {
    scene.world.state.results.delete('task/done/one')
    scene.watcher.starting?.(scene.life)
  },
  'the journal has a pending message that nobody wrote': scene => {
    scene.world.state.pending.set(78, '{}')
    scene.watcher.starting?.(scene.life)
  },
  'workflow/done was accepted with signal': scene => {
    scene.world.state.records.splice(2)
    scene.watcher.starting?.(scene.life)
  },
  'under the key other, which is not kept with it': scene =>
    scene.accepted('workflow/done', { args: [two, { n: 1 }, { idempotencyKey: 'other' }] }),
  'the journal calls its record 2 damaged': scene => {
    scene.lie({ verify: () => ({ firstBad: 2 }) })
    return scene.watcher.drained?.(scene.life)
  },
  'and the journal says 1': scene => {
    const { records } = scene.world.state
    records[0] = { ...records[0], at: 1 } as never
    return scene.watcher.drained?.(scene.life)
  },
  'is marked as closed gracefully, and the process lives': scene => scene.durable({ clean: true }),
  'the mark of a graceful close stays': scene => {
    scene.world.state.clean = true
    scene.watcher.starting?.(scene.life)
    scene.durable({
      signals: [scene.next({ to: 'task/runs/one', type: 'task.interrupted', data: { clean: true } })],
      clean: true,
    })
  },
  'the pruning left an anchor at 2 that is none': scene => {
    scene.world.state.records.splice(0, 2)
    scene.world.state.anchor = { seq: 2, at: 0, sum: 1 }
    scene.watcher.pruned?.(scene.life)
  },
  'agent/ann lives, and the pruning took its records': scene => {
    drop(scene)
    scene.world.state.checkpoints.delete('agent/ann')
    scene.watcher.pruned?.(scene.life)
  },
  'the pruning dropped record': scene => {
    drop(scene)
    scene.watcher.pruned?.(scene.life)
  },
  'the pruning changed record 4': scene => {
    const { records } = scene.world.state
    records[3] = { ...records[3], head: '[]' } as never
    scene.watcher.pruned?.(scene.life)
  },
  'of workflow/runs, which lives or ended lately': scene => {
    erase(scene, 'workflow/runs')
    scene.watcher.pruned?.(scene.life)
  },
  'of workflow/done, which lives or ended lately': scene => {
    scene.watcher.prunes?.({ olderThan: '1h' }, scene.life)
    erase(scene, 'workflow/done')
    scene.watcher.pruned?.(scene.life)
  },
  'the pruning took results of task/runs/one': scene => {
    scene.world.state.results.delete('task/runs/one')
    scene.watcher.pruned?.(scene.life)
  },
  'the pruning took the key client/local\nid:workflow/runs': scene => {
    scene.world.state.keys.delete('client/local\nid:workflow/runs')
    scene.watcher.pruned?.(scene.life)
  },
})

complains(3, {
  'recorded is lost': scene =>
    scene.durable({ signals: [scene.next({ type: 'agent.pause', data: {}, toState: 'lost' })] }),
  'task/none takes task.cancel, and is not there': scene =>
    scene.durable({ signals: [scene.next({ to: 'task/none', type: 'task.cancel', toState: 'cancelled' })] }),
  'does not take nonsense, recorded is that it did': scene =>
    scene.durable({ signals: [scene.next({ type: 'nonsense' })] }),
  'has not ended': scene =>
    scene.durable({
      signals: [scene.next({ type: 'agent.pause', toState: 'paused', data: {}, final: true })],
    }),
  'is neither recorded nor pending': scene =>
    scene.durable({
      signals: [
        scene.next({ to: 'task/runs/one', type: 'task.cancel', data: {}, toState: 'cancelled', final: true }),
      ],
    }),
  'no machine said that': scene =>
    scene.durable({
      signals: [
        scene.next({ type: 'agent.pause', toState: 'paused', data: {}, causationId: scene.position }),
      ],
    }),
  'and the machine said otherwise': scene => {
    const cancelled = scene.next({
      to: 'task/runs/one',
      type: 'task.cancel',
      data: {},
      toState: 'cancelled',
      final: true,
    })
    const pending = { ...message, causationId: cancelled.seq, data: { step: 7 } }
    scene.durable({ signals: [cancelled], pending: [pending] })
  },
  'the checkpoint of agent/ann is': scene => {
    const checkpoint = scene.life.runtime.actors.records().find(({ address }) => address === 'agent/ann')
    scene.durable({ checkpoints: [{ ...checkpoint, seq: 1 } as never] })
  },
  'the tail moved past what agent/ann needs': scene =>
    scene.durable({
      signals: [scene.next({ type: 'agent.pause', toState: 'paused', data: {} })],
      tailAfter: scene.position + 1,
    }),
  'folded from the records': scene => {
    const records = scene.life.runtime.actors.records().map(record => ({ ...record, depth: 9 }))
    scene.lie({ actors: { records: () => records } })
    scene.watcher.up?.(scene.life)
  },
  'agent/ann, parked,': scene => {
    scene.world.state.checkpoints.delete('agent/ann')
    scene.lie({ actors: { records: () => [] } })
    scene.watcher.up?.(scene.life)
  },
  'a replay of it diverged': scene => {
    scene.lie({
      actors: { records: () => [] },
      held: () => [{ address: 'agent/ann', code: 'REPLAY_DIVERGED' }],
    })
    scene.watcher.up?.(scene.life)
  },
})

complains(5, {
  follows: scene => scene.durable({ signals: [scene.next({ seq: scene.position + 2 })] }),
  'time went back': scene => scene.durable({ signals: [scene.next({ at: 1 })] }),
  'and is said to have been lost': scene => scene.durable({ signals: [scene.next({ fromState: 'lost' })] }),
  'was not there, and is said to have been': scene =>
    scene.durable({ signals: [scene.next({ to: 'task/none' })] }),
  'and was not found': scene =>
    scene.durable({
      signals: [
        scene.next({ refused: { ...REFUSED, code: 'RECIPIENT_UNKNOWN' }, fromState: null, toState: null }),
      ],
    }),
  'nobody took it, and it names a state': scene =>
    scene.durable({ signals: [scene.next({ refused: { ...REFUSED, code: 'HOPS_EXCEEDED' } })] }),
  'took it, and is nowhere': scene => scene.durable({ signals: [scene.next({ toState: null })] }),
  'did not take it, and ended': scene =>
    scene.durable({ signals: [scene.next({ refused: REFUSED, final: true })] }),
  'did not take it, and moved to lost': scene =>
    scene.durable({ signals: [scene.next({ refused: REFUSED, toState: 'lost' })] }),
  'which comes after it': scene =>
    scene.durable({ signals: [scene.next({ causationId: 1_000, from: 'task/none' })] }),
  overtook: scene => {
    scene.durable({
      signals: [scene.next({ from: 'workflow/x', to: 'agent/ann', causationId: 9, output: 1 })],
    })
    scene.durable({
      signals: [scene.next({ seq: scene.position + 1, from: 'workflow/x', causationId: 9, output: 0 })],
    })
  },
  'which is recorded the other way round': scene => {
    const { life, watcher } = scene
    const args = [{ type: 'agent.pause', to: 'agent/ann' }]
    for (const number of [91, 92]) watcher.asked?.('send', life, { number, what: 'send', args })
    scene.accepted('agent/ann', { number: 92, what: 'send', args }, scene.next({ seq: scene.position + 1 }))
    scene.accepted('agent/ann', { number: 91, what: 'send', args }, scene.next({ seq: scene.position + 2 }))
  },
  'reported that before what is recorded before it': scene => {
    for (const name of ['task/a', 'task/b']) scene.outside({ what: 'output', task: name })
    const done = { from: 'agent/ann', type: 'task.done', data: {} } as const
    scene.durable({ signals: [scene.next({ ...done, to: 'task/b' })] })
    scene.durable({ signals: [scene.next({ ...done, to: 'task/a' })] })
  },
})

complains(6, {
  'once more, which was processed': scene => {
    const { seq: _, ...again } = scene.last('workflow/done', 'step.done')
    scene.durable({ signals: [scene.next(again)] })
  },
  'pending message 77 was delivered, and is not pending': scene => scene.durable({ delivered: [77] }),
  'which is still pending': scene => {
    scene.durable({ pending: [{ ...message, causationId: 9, output: 9 }] })
    scene.durable({ signals: [scene.next({ causationId: 9, output: 9 })] })
  },
  'two messages are pending under the number 77': scene => scene.durable({ pending: [message, message] }),
  'is pending, and was processed': scene => {
    const { causationId, output } = scene.last('workflow/done', 'step.done')
    scene.durable({ pending: [{ ...message, causationId, output }] })
  },
  'comes from client/local, and its cause': scene =>
    scene.durable({ signals: [scene.next({ causationId: 3, output: 9 })] }),
  'which was refused': scene => {
    scene.durable({ signals: [scene.next({ refused: REFUSED })] })
    scene.durable({ signals: [scene.next({ from: 'agent/ann', causationId: scene.position })] })
  },
  'creates agent/ann, which lives': scene => scene.durable({ signals: [scene.next({ fromState: null })] }),
  'creates workflow/done, which had ended': scene =>
    scene.durable({ signals: [scene.next({ to: 'workflow/done', fromState: null })] }),
  'which had ended': scene => scene.durable({ signals: [scene.next({ to: 'workflow/done' })] }),
  'which was never created': scene =>
    scene.durable({ signals: [scene.next({ to: 'task/none', fromState: 'x' })] }),
  'task/done/one had ended, and started again': scene =>
    scene.outside({ task: 'task/done/one', key: keyOf(scene, 'task/done/one') }),
  'has the key': scene => scene.outside({ key: 'another' }),
  'share the key': scene => scene.outside({ task: 'task/none' }),
  'which is not under': scene => scene.outside({ what: 'sub', key: 'elsewhere/make' }),
  'had its result, and ran again': scene => scene.outside({ what: 'sub', key: `${keyOf(scene)}/make` }),
  'gave a result that nobody recorded': scene =>
    scene.outside({ what: 'result', key: `${keyOf(scene)}/unheard`, value: 1 }),
  'gave another result than the one that is recorded': scene =>
    scene.outside({ what: 'result', key: `${keyOf(scene)}/make`, value: 'other' }),
  'ran, and not under the key': scene => {
    scene.outside({})
    const results = [{ owner: 'task/runs/one', generation: 1, name: 'new', value: 1 }] as const
    scene.durable({ signals: [recorded(scene, 'new')], results })
    scene.outside({ what: 'result', key: `${keyOf(scene)}/new`, value: 1 })
  },
  'attempts, and may have 2': scene => {
    for (let n = 0; n < 2; n++) scene.durable({ signals: [scene.next(started('agent/ann'))] })
  },
  'task.progress of turn 9 by agent/ann': scene =>
    scene.durable({
      signals: [scene.next({ ...PROGRESS, from: 'agent/ann', data: { turn: 9, percent: 1 } })],
    }),
  'completed, and its handler was not started': scene => {
    scene.durable({
      signals: [scene.next(started('agent/ann'))],
    })
    scene.durable({ signals: [scene.next({ ...ended({ n: 1 }, 2), from: 'agent/ann' })] })
  },
  'its handler returned {"n":5}': scene => {
    scene.outside({ what: 'output', value: { n: 5 } })
    scene.durable({ signals: [scene.next({ ...ended({ n: 6 }, 1), from: agentOf(scene) })] })
  },
  'and its result is not kept with it': scene => scene.durable({ signals: [recorded(scene, 'new')] }),
  'a result is kept that nobody recorded': scene =>
    scene.durable({ results: [{ owner: 'task/none', generation: 1, name: 'make', value: 1 }] }),
  'make of task/runs/one was recorded twice': scene =>
    scene.durable({
      signals: [recorded(scene, 'make')],
      results: [{ owner: 'task/runs/one', generation: 1, name: 'make', value: 1 }],
    }),
  'task/runs/one runs, and its handler was never started': scene => {
    scene.durable({
      signals: [scene.next(started('agent/ann'))],
    })
    return scene.watcher.drained?.(scene.life)
  },
  'told is failed, recorded completed': scene =>
    scene.told('outcome', 'workflow/done', { status: 'failed', outputs: {} }),
  'told is {"n":9}, recorded': scene => scene.told('result', 'task/done/one', { n: 9 }),
  'step other: told is': scene => scene.told('result', 'workflow/done', { other: 1 }),
  'an output was told, recorded is no end': scene => scene.told('result', 'workflow/done', { third: 1 }),
  'told is TASK_FAILED, recorded completed': scene =>
    scene.told('failure', 'task/done/one', new StatorError('TASK_FAILED')),
  'there is workflow/done, and now workflow/runs as well': scene => {
    const said = { args: [two, { n: 1 }, { idempotencyKey: 'k' }] }
    scene.accepted('workflow/done', said)
    scene.accepted('workflow/runs', said)
  },
  'was accepted under the key k for': scene => {
    scene.accepted('workflow/done', { args: [two, { n: 1 }, { idempotencyKey: 'k' }] })
    scene.accepted('workflow/done', { args: [two, { n: 2 }, { idempotencyKey: 'k' }] })
  },
  'agent/ann says': scene => {
    const list = scene.life.runtime.agents.list().map(info => ({ ...info, done: 99 }))
    scene.lie({ agents: { list: () => list } })
    return scene.watcher.drained?.(scene.life)
  },
})

test('invariant 6 lets a run that is named like one that was pruned make results of its own', async () => {
  const { world, life } = await Scene.under(6)
  expect(life.runtime.prune({ olderThan: 0 })).toBe(1)
  const again = await life.until(life.runtime.start(two, { n: 5 }, { id: 'done' }))
  expect(await life.until(again.result())).toEqual({ one: { n: 6 }, other: { n: 7 } })
  expect(world.broken).toEqual([])
})

/** Somebody who reads, and is given these. */
async function read(scene: Scene, given: readonly (Signal | 'end' | Error)[], from = 0): Promise<Reader> {
  const items = given.values()
  const signals = (): AsyncIterator<Signal> => ({
    next: async () => {
      const { value } = items.next() as { value: (typeof given)[number] | undefined }
      if (value === undefined) return new Promise(() => {})
      if (value instanceof Error) throw value
      return value === 'end' ? { done: true, value: undefined } : { done: false, value }
    },
  })
  scene.lie({ signals: () => ({ [Symbol.asyncIterator]: signals }) })
  const reader = new Reader(scene.life, 'for a test', { from: cursorAt(from) })
  reader.pull(given.length)
  await settled()
  return reader
}

complains(14, {
  'a subscriber was given signal': scene => scene.watcher.seen?.(scene.last('workflow/done'), scene.life),
  'which is not to come': scene => read(scene, scene.signals.slice(0, 1), 5),
  'and signal 1 comes next': scene => read(scene, scene.signals.slice(1, 2)),
  'as another one than the recorded one': scene =>
    read(scene, [{ ...scene.signals[0], type: 'x' } as Signal]),
  'was told that nothing more comes, and the runtime is not closed': scene => read(scene, ['end']),
  'was ended with Error: lost': scene => read(scene, [new Error('lost')]),
  'was closed with a cursor at 1, having read up to 2': scene =>
    read(scene, [...scene.signals.slice(0, 2), new StatorError('CLOSED', { after: cursorAt(1) })]),
  'has not seen signal 2': async scene => (await read(scene, scene.signals.slice(0, 1))).finish(),
  'who follows workflow/done was not told that it is over': scene => {
    scene.lie({ run: () => ({ signals$: { subscribe: () => {} } }) })
    follow(scene.life, 'workflow/done').finish()
  },
  'who follows workflow/done has seen': scene => {
    scene.lie({ run: () => ({ signals$: { subscribe: () => {} } }) })
    follow(scene.life, 'workflow/done').finish()
  },
  'who follows workflow/runs was told that it is over': scene => {
    const subscribe = ({ complete }: { complete: () => void }): void => complete()
    scene.lie({ run: () => ({ signals$: { subscribe } }) })
    follow(scene.life, 'workflow/runs')
  },
  'subscribers were given signals up to': scene => {
    scene.durable({ signals: [scene.next()] })
    return scene.watcher.drained?.(scene.life)
  },
  'the latest signals are': scene => {
    scene.lie({ recent: () => scene.signals.slice(0, 2) })
    return scene.watcher.drained?.(scene.life)
  },
  'history of': scene => {
    scene.lie({ history: () => [scene.next()] })
    return scene.watcher.drained?.(scene.life)
  },
})

test('invariant 14 compares a run with what is recorded of it, and not of one of its name that was pruned', async () => {
  const { world, life } = await Scene.under(14)
  expect(life.runtime.prune({ olderThan: 0 })).toBe(1)
  // As invariant 2 does, which is not watched here.
  Past.of(world).rebase(world.state)
  const again = await life.until(life.runtime.start(two, { n: 5 }, { id: 'done' }))
  const followed = follow(life, 'workflow/done')
  await life.until(again.outcome())
  followed.finish()
  expect(world.broken).toEqual([])
})

complains(15, {
  'workflow/runs is VERSION_MISSING held, and its definition is there': scene => {
    scene.lie({ held: () => [{ address: 'workflow/runs', code: 'VERSION_MISSING' }] })
    scene.watcher.up?.(scene.life)
  },
  'workflow/runs is not held, and its definition is not there': scene => {
    Object.assign(scene.world.setup(scene.life), { workflows: [] })
    scene.watcher.up?.(scene.life)
  },
  'it did not replay as it was': scene => {
    scene.lie({ held: () => [{ address: 'workflow/runs', code: 'REPLAY_DIVERGED' }] })
    scene.watcher.up?.(scene.life)
  },
  'the tail moved past what workflow/runs needs, which is held': scene => {
    Object.assign(scene.world.setup(scene.life), { workflows: [] })
    const moves = scene.next({
      to: 'workflow/runs',
      type: 'workflow.cancel',
      toState: 'cancelling',
      data: {},
    })
    scene.durable({ signals: [moves], tailAfter: moves.seq })
  },
})
