/**
 * What a macrostep of a user's own machine asks for, as the hub does it: a started actor is a task to create, a stopped one a task to
 * cancel, a delay a timer. It decides no transition.
 */
import { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Command, Send } from '../messages/command.ts'
import type { Json } from '../messages/json.ts'
import { jsonOf, type Child, type Inner, type OwnContext, type OwnEvent } from './own-machine-state.ts'

/** An action as XState hands it to who carries it out. */
export interface Action {
  readonly type: string
  readonly params?: unknown
}

/** What came of a delivery. The same context as before: nothing did. */
export interface Done {
  readonly context: OwnContext
  readonly commands: readonly Command[]
}

interface ActorRef {
  readonly id: string
  readonly src: unknown
}

type Params = {
  readonly actorRef?: ActorRef
  readonly input?: unknown
  readonly event?: OwnEvent
  readonly delay?: number
  readonly id?: string
  readonly sendId?: string
}

/** @throws StatorError MACHINE_NOT_DURABLE: an action that only showed itself now; NOT_JSON: an event that is raised later */
export function carryOut(
  moved: OwnContext,
  actions: readonly Action[],
  words: ReadonlyMap<string, string>,
  known: Inner | null,
): Done {
  const books = new Books(moved, words)
  // A state that is left at once never starts what it invokes, and XState says so by stopping it.
  const unstarted = new Set<unknown>()
  const started = new Set<unknown>(Object.values(known?.children ?? {}))
  for (const { type, params } of actions) if (type === 'xstate.stopChild') unstarted.add(params)
  for (const { type, params } of actions)
    if (type === 'xstate.spawnChild') started.add((params as Params).actorRef)
  refuseSpawned(moved, started)
  for (const action of actions) {
    const params = (action.params ?? {}) as Params
    if (action.type === 'xstate.spawnChild') {
      if (params.actorRef !== undefined && !unstarted.has(params.actorRef))
        books.start(params.actorRef, params.input)
    } else if (action.type === 'xstate.stopChild') books.stop(action.params as ActorRef | undefined)
    else if (action.type === 'xstate.raise') books.raise(params)
    else if (action.type === 'xstate.cancel') books.unset(params.sendId ?? '')
    else if (action.type !== 'xstate.log') refuse(moved, `the action ${action.type.replace('xstate.', '')}`)
  }
  return books.done()
}

/** Everything that runs is told to end, and nothing is waited for but that. */
export function stopAll(context: OwnContext): Done {
  const books = new Books(context, new Map())
  for (const [id, { src }] of Object.entries(context.children)) books.stop({ id, src })
  for (const id of Object.keys(context.timers)) books.unset(id)
  return books.done()
}

/** `spawn` in an assign shows itself in nothing but its children. */
function refuseSpawned({ inner }: OwnContext, started: ReadonlySet<unknown>): void {
  const children = Object.values(inner?.children ?? {})
  const spawned = children.find(child => !started.has(child))
  if (spawned !== undefined) refuse({ inner } as OwnContext, `an actor spawned in an assign`)
}

function refuse({ inner }: OwnContext, what: string): never {
  throw new StatorError('MACHINE_NOT_DURABLE', {
    machine: inner?.machine.id,
    state: JSON.stringify(inner?.value),
    place: 'found when it ran, on the way into this state',
    what,
    instead: 'invoke a task',
  })
}

class Books {
  readonly #words: ReadonlyMap<string, string>
  readonly #commands: Command[] = []
  #context: OwnContext

  constructor(context: OwnContext, words: ReadonlyMap<string, string>) {
    this.#context = context
    this.#words = words
  }

  done(): Done {
    return { context: this.#context, commands: this.#commands }
  }

  start({ id, src }: ActorRef, input: unknown): void {
    // XState keeps one actor under an id, the latest: of another one nobody would hear any more.
    this.stop({ id, src })
    const { run, children, started, visits } = this.#context
    const visit = (visits[id] ?? 0) + 1
    const word = `task/${run}/${this.#words.get(id) ?? id}`
    const address = (visit === 1 ? word : `${word}/${visit}`) as Address
    const child: Child = { step: started, address, src: String(src) }
    this.#set({
      children: { ...children, [id]: child },
      visits: { ...visits, [id]: visit },
      started: started + 1,
    })
    const data = { step: started, src: child.src, ...(input === undefined ? {} : { input: input as Json }) }
    this.#send({ type: 'send', to: address, event: 'task.create', data })
  }

  /** Of one that has ended there is nothing to stop. */
  stop(actor: ActorRef | undefined): void {
    const { children, leaving } = this.#context
    const child = actor === undefined ? undefined : children[actor.id]
    if (actor === undefined || child === undefined) return
    const { [actor.id]: _, ...others } = children
    this.#set({ children: others, leaving: [...leaving, child.step] })
    this.#send({ type: 'send', to: child.address, event: 'task.cancel', data: {} })
  }

  /** Without a delay XState has done it. */
  raise({ id: given, event, delay }: Params): void {
    if (delay === undefined || event === undefined) return
    const { timers, raised } = this.#context
    const id = given ?? `${event.type}#${raised + 1}`
    const due = Math.max(0, jsonOf(delay) as number)
    this.#set({ timers: { ...timers, [id]: jsonOf(event) as OwnEvent }, raised: raised + 1 })
    this.#commands.push({ type: 'timer.set', id, delay: due, event: event.type })
  }

  unset(id: string): void {
    const { [id]: set, ...timers } = this.#context.timers
    if (set === undefined) return
    this.#set({ timers })
    this.#commands.push({ type: 'timer.cancel', id })
  }

  #set(change: Partial<OwnContext>): void {
    this.#context = { ...this.#context, ...change }
  }

  #send(command: Send): void {
    this.#commands.push(command)
  }
}
