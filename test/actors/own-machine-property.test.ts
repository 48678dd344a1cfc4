/**
 * A user's own machine does in the hub what it does under plain XState: random statecharts with regions, history, delays and invokes
 * get random events, and after each of them both stand in the same state with the same context, wait for the same tasks and delays,
 * also where the one in the hub was written down and brought back in between.
 */
import {
  assign,
  initialTransition,
  setup,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
} from 'xstate'
import { expect, test } from 'vitest'
import { fromTask, task, workflow } from 'stator'
import { Dice } from 'stator/testing'
import { z } from 'zod'
import type { Definition } from '../../src/actors/kind.ts'
import type { Json } from '../../src/messages/json.ts'
import type { OwnContext } from '../../src/actors/own-machine-state.ts'
import { firstStanding, macrostep, type Standing } from '../../src/testing/invariants/macrostep.ts'
import { signal, type Event } from '../machines/drive.ts'

const work = task('work')
const EVENTS = ['A', 'B', 'C']
const CHARTS = 300
const STEPS = 30

const note = (at: string): object => ({ type: 'note', params: { at } })

/** A chart with a few states within states; every name is unique, so that any of them can be a target. */
function chart(dice: Dice): AnyStateMachine {
  const ids: string[] = []
  let named = 0
  const transitions = (): object => {
    const target = dice.chance(0.75) ? { target: `#${dice.pick(ids)}` } : {}
    return {
      ...target,
      actions: note('on the way'),
      ...(dice.chance(0.3) ? { reenter: true } : {}),
      ...(dice.chance(0.3) ? { guard: 'isEven' } : {}),
    }
  }
  const finish: (() => void)[] = []
  const node = (depth: number): Record<string, unknown> => {
    const id = `s${named++}`
    ids.push(id)
    const self: Record<string, unknown> = { id, entry: note(`in ${id}`), exit: note(`out ${id}`) }
    const sort = depth === 0 ? 'atomic' : dice.pick(['atomic', 'compound', 'compound', 'parallel'])
    if (sort !== 'atomic') {
      const children = Array.from({ length: 2 + dice.below(2) }, () => node(depth - 1))
      const states: Record<string, unknown> = Object.fromEntries(children.map((child, i) => [`k${i}`, child]))
      if (sort === 'parallel') self['type'] = 'parallel'
      else self['initial'] = `k${dice.below(children.length)}`
      if (sort === 'compound' && dice.chance(0.5)) {
        const history = `s${named++}`
        ids.push(history)
        states['hist'] = { id: history, type: 'history', history: dice.pick(['deep', 'shallow']) }
      }
      self['states'] = states
    }
    finish.push(() => {
      self['on'] = Object.fromEntries(
        EVENTS.filter(() => dice.chance(0.4)).map(name => [name, transitions()]),
      )
      // Without a target, and once for each number: it comes to an end.
      if (dice.chance(0.5)) self['always'] = { guard: 'isSeventh', actions: note(`always in ${id}`) }
      if (dice.chance(0.3)) self['after'] = { [10 + dice.below(50)]: transitions() }
      if (dice.chance(0.4))
        self['invoke'] = {
          id: `i${id}`,
          src: 'work',
          input: { of: id },
          onDone: transitions(),
          ...(dice.chance(0.7) ? { onError: transitions() } : {}),
        }
    })
    return self
  }
  const children = Array.from({ length: 3 }, () => node(2))
  for (const each of finish) each()
  return setup({
    types: {} as { context: { n: number; seen: string[] } },
    actors: { work: fromTask(work) },
    guards: { isEven: ({ context }) => context.n % 2 === 0, isSeventh: ({ context }) => context.n % 7 === 0 },
    actions: {
      note: assign(({ context, event }, { at }: { at: string }) => ({
        n: context.n + 1,
        seen: [
          ...context.seen,
          `${at} by ${event.type} ${JSON.stringify((event as { output?: Json }).output ?? null)}`,
        ].slice(-30),
      })),
    },
  }).createMachine({
    id: 'm',
    context: { n: 0, seen: [] },
    initial: 'k0',
    states: {
      ...Object.fromEntries(children.map((child, i) => [`k${i}`, child])),
      end: { id: 'end', type: 'final' },
    },
    on: dice.chance(0.5)
      ? { C: { target: '#end', guard: ({ context }: { context: { n: number } }) => context.n > 60 } }
      : {},
    output: ({ context }: { context: { n: number } }) => context.n,
  } as never) as unknown as AnyStateMachine
}

/** Plain XState, and what it has asked for and not been told yet. */
class Plain {
  snapshot: AnyMachineSnapshot
  readonly children = new Set<string>()
  readonly timers = new Set<string>()
  readonly #machine: AnyStateMachine

  constructor(machine: AnyStateMachine) {
    this.#machine = machine
    const [first, actions] = initialTransition(machine)
    this.snapshot = first as AnyMachineSnapshot
    this.#carryOut(actions)
  }

  send(event: { readonly type: string }): void {
    const [next, actions] = transition(this.#machine, this.snapshot, event as never)
    this.snapshot = next as AnyMachineSnapshot
    this.#carryOut(actions)
  }

  picture(): Picture {
    if (isImpossible(this.snapshot)) return IMPOSSIBLE
    const { status, value, context, output } = this.snapshot as unknown as Readonly<
      Record<string, unknown>
    > & {
      status: string
    }
    const seen = { value: sortedKeys(value), context }
    if (status !== 'active') return { ...seen, status, output }
    return { ...seen, status, children: [...this.children].toSorted(), timers: [...this.timers].toSorted() }
  }

  #carryOut(actions: readonly { readonly type: string; readonly params?: unknown }[]): void {
    for (const { type, params } of actions) {
      const { id, sendId, delay, actorRef } = (params ?? {}) as {
        id?: string
        sendId?: string
        delay?: number
        actorRef?: { id: string }
      }
      if (type === 'xstate.spawnChild') this.children.add(actorRef?.id ?? '')
      if (type === 'xstate.stopChild') this.children.delete((params as { id?: string } | undefined)?.id ?? '')
      if (type === 'xstate.raise' && delay !== undefined) this.timers.add(id ?? '')
      if (type === 'xstate.cancel') this.timers.delete(sendId ?? '')
    }
  }
}

/** XState lets some transitions out of parallel states lead into two states of one region: nothing can be said of what follows. */
function isImpossible(snapshot: AnyMachineSnapshot): boolean {
  const active = (snapshot as unknown as { _nodes: AnyStateNode[] })._nodes
  const inside = (parent: AnyStateNode): number => active.filter(node => node.parent === parent).length
  return active.some(
    node =>
      (node.type === 'compound' && inside(node) > 1) ||
      (node.parent !== undefined && !active.includes(node.parent)),
  )
}

const any = z.object({})

/** As the hub has it. */
const definitionOf = (machine: AnyStateMachine): Definition =>
  workflow('own', { machine, events: Object.fromEntries(EVENTS.map(name => [name, any])) }).define('hash', {
    admit: value => value as Json,
  })

/** The same standing after it was written down and read again, by another copy of the definition. */
function reborn(machine: AnyStateMachine, now: Standing): { hull: AnyStateMachine; now: Standing } {
  const definition = definitionOf(machine)
  const { machine: hull } = definition
  const written = JSON.parse(JSON.stringify(definition.freeze(now.context))) as Json
  const bare = { status: now.status, value: now.value, context: {}, children: {} }
  const back = hull.restoreSnapshot(bare as never, {} as never) as unknown as { context: unknown }
  back.context = definition.thaw(written)
  expect(JSON.stringify(definition.freeze(back.context))).toBe(JSON.stringify(written))
  return { hull, now: back as unknown as Standing }
}

/** What can be seen of a machine: enough to tell two that would go on differently. */
interface Picture {
  readonly status: string
  readonly value?: string
  readonly context?: unknown
  readonly output?: unknown
  readonly children?: readonly string[]
  readonly timers?: readonly string[]
}

const IMPOSSIBLE: Picture = { status: 'impossible' }

const sortedKeys = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )

const WORDS: Readonly<Record<string, string>> = { completed: 'done', failed: 'error' }

function inHub(now: Standing, fault: unknown): Picture {
  if ((fault as { code?: string } | undefined)?.code === 'MACHINE_NOT_DURABLE') return IMPOSSIBLE
  const { inner, children, timers, end } = now.context as OwnContext
  const seen = { value: sortedKeys(inner?.value), context: inner?.context }
  if (end !== null) return { ...seen, status: WORDS[end.status] ?? '', output: end.output }
  return {
    ...seen,
    status: 'active',
    children: Object.keys(children).toSorted(),
    timers: Object.keys(timers).toSorted(),
  }
}

test.each(Array.from({ length: CHARTS }, (_, seed) => [seed]))('chart %i', seed => {
  const dice = new Dice(seed + 1)
  const machine = chart(dice)
  let { machine: hull } = definitionOf(machine)
  const plain = new Plain(machine)
  let now = firstStanding(hull, undefined)
  let fault: unknown
  const take = (delivered: Event): void => {
    const { after, thrown } = macrostep(hull, now, delivered)
    now = after
    fault = thrown
  }
  take(signal('workflow.start', { input: null }, { to: 'workflow/r' }))
  for (let step = 0; step < STEPS; step++) {
    const seen = inHub(now, fault)
    expect({ step, ...seen }).toEqual({ step, ...plain.picture() })
    if (seen.status !== 'active') return
    const { children, timers } = now.context as OwnContext
    if (dice.chance(0.3)) ({ hull, now } = reborn(machine, now))
    const running = Object.entries(children)
    const set = Object.keys(timers)
    const what = dice.pick([
      'event',
      'event',
      ...(running.length > 0 ? ['done', 'done', 'error'] : []),
      ...(set.length > 0 ? ['timer'] : []),
    ])
    if (what === 'event') {
      const name = dice.pick(EVENTS)
      plain.send({ type: name })
      take(signal('workflow.signal', { name, data: {} }))
    } else if (what === 'timer') {
      const id = dice.pick(set)
      plain.timers.delete(id)
      plain.send({ type: id })
      take({ ...signal('hub.timer', { id, setSeq: 1 }), type: 'workflow.timer' })
    } else {
      const [id, child] = dice.pick(running)
      plain.children.delete(id)
      const error = { name: 'Error', message: 'm', code: 'C' }
      const told = what === 'done' ? { output: step } : { error }
      plain.send({ type: `xstate.${what}.actor.${id}`, ...told, actorId: id } as never)
      const data = { step: child.step, status: what === 'done' ? 'completed' : 'failed', ...told }
      take(signal('step.done', data))
    }
  }
})
