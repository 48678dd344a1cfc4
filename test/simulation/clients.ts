/**
 * Clients: those who ask for work and wait for it, outside of any process: they live through every crash, say again what was not
 * acknowledged, and remember what they were told. What is told twice must be the same.
 */
import type { Address } from '../../src/messages/address.ts'
import type { RunOutcome, TaskOutcome } from '../../src/runtime/outcome.ts'
import type { Life } from '../../src/testing/host/life.ts'
import { sorted } from '../../src/testing/sweep/scenario.ts'
import { doDeed, handle } from './deeds.ts'
import { doQueueDeed } from './queueing.ts'
import { say } from './say.ts'
import { doTimetableDeed } from './timetable.ts'
import type { Order, World } from './world.ts'

export type Outcome = TaskOutcome | RunOutcome<Record<string, { n: number }>>

interface Memory {
  address: Address | undefined
  outcome: Outcome | undefined
}

/** The process has ended, or is about to: the client comes again. */
export const OVER = new Set(['CLOSED', 'JOURNAL_FAILED', 'JOURNAL_CLOSED'])
/** There may be room in a while. */
const BUSY = new Set(['HUB_BUSY', 'QUEUE_FULL', 'QUEUE_DRAINING'])
/** Who finds it full again and again comes less and less often. */
const later = (patience: number): number => Math.min(2_000, 2 * patience)
/** What deeds may meet: what they are about has ended, is held, was never there, or does not take it. */
const MEANT = new Set(
  `EVENT_REFUSED NOT_FOUND RECIPIENT_UNKNOWN HELD AGENT_UNKNOWN AGENT_BUSY ALREADY_REGISTERED
  MESSAGE_TYPE_UNKNOWN ENOSPC`.split(/\s+/),
)

/** What was asked for has ended, and was pruned: it is unknown, and its id is taken. Nothing is left to ask. */
export const PRUNED: ReadonlySet<string> = new Set(['NOT_FOUND', 'IDEMPOTENCY_CONFLICT'])

/** It ended and was pruned before anybody was told. */
const GONE: Outcome = { status: 'cancelled', error: { name: 'Gone', message: 'pruned', code: 'GONE' } }

export const codeOf = (error: unknown): string => (error as { code?: string } | null)?.code ?? String(error)

/** Says it again until there is room: queues are full, or drained, for a while. */
export async function untilRoom<T>(life: Life, ask: () => Promise<T>): Promise<T> {
  for (let patience = 5; ; patience = later(patience))
    try {
      return await ask()
    } catch (error) {
      if (!BUSY.has(codeOf(error))) throw error
      await life.wait(patience)
    }
}

/** Undefined where it has ended, and was pruned. */
export async function unlessPruned<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (PRUNED.has(codeOf(error))) return undefined
    throw error
  })
}

export class Clients {
  readonly memories: ReadonlyMap<string, Memory>
  /** Something was pruned: who ended may be unknown. */
  forgetful = false
  readonly #world: World
  readonly #start: number
  readonly #done = new Set<unknown>()

  constructor(world: World, start: number) {
    this.#world = world
    this.#start = start
    this.memories = new Map(
      world.orders.map(({ name }) => [name, { address: undefined, outcome: undefined }]),
    )
  }

  /** True when all that was asked for has ended, and somebody was told how. */
  get content(): boolean {
    return [...this.memories.values()].every(({ outcome }) => outcome !== undefined)
  }

  /** Says everything that is to be said, and waits for everything; settles when nothing is left to do in this life. */
  async live(life: Life, knows: 'mine' | 'other' | 'none'): Promise<void> {
    const { orders, deeds, guest, queueing, timetable } = this.#world
    const forgetful = (): void => {
      this.forgetful = true
    }
    const addressOf = (name: string): Address | undefined => this.memories.get(name)?.address
    await Promise.all([
      ...orders.map(async order => this.#contained(order, life, async () => this.#order(order, life, knows))),
      ...deeds
        .filter(deed => !this.#done.has(deed))
        .map(async deed =>
          this.#contained(deed, life, async () => doDeed(deed, { life, guest, addressOf, forgetful })),
        ),
      ...(queueing?.deeds ?? [])
        .filter(deed => !this.#done.has(deed))
        .map(async deed => this.#contained(deed, life, async () => doQueueDeed(deed, life))),
      ...(timetable?.deeds ?? [])
        .filter(deed => !this.#done.has(deed))
        .map(async deed => this.#contained(deed, life, async () => doTimetableDeed(deed, life, this.#start))),
    ])
  }

  /** At its time; what it may meet is no fault of anybody. */
  async #contained(one: { at: number }, life: Life, act: () => Promise<void>, patience = 5): Promise<void> {
    const left = this.#start + one.at - life.clock.now()
    if (left > 0) await life.wait(left)
    const isOrder = 'again' in one
    try {
      await act()
      this.#done.add(one)
    } catch (error) {
      if (!life.alive || OVER.has(codeOf(error))) return
      if (BUSY.has(codeOf(error))) {
        await life.wait(patience)
        return this.#contained(one, life, act, later(patience))
      }
      if (!isOrder && MEANT.has(codeOf(error))) this.#done.add(one)
      else life.simulation.break('client', `${isOrder ? 'an order' : sorted(one)}: ${String(error)}`)
    }
  }

  async #order(order: Order, life: Life, knows: 'mine' | 'other' | 'none'): Promise<void> {
    const memory = this.memories.get(order.name) as Memory
    if (memory.address === undefined || (memory.outcome === undefined && order.again !== 'never')) {
      // A process that does not know a workflow starts none of it.
      if (order.kind === 'workflow' && knows !== 'mine') return
      if (!(await this.#ask(order, memory, life))) {
        if (memory.address !== undefined && this.forgetful) memory.outcome ??= GONE
        return
      }
    }
    const address = memory.address
    if (address === undefined) return
    const outcome = await this.#hear(address, memory, life)
    if (outcome === undefined) return
    // In other words than its own, a past whose definition is not here is told.
    if (order.kind === 'workflow' && knows !== 'mine') return
    const before = memory.outcome
    if (before !== undefined && sorted(before) !== sorted(outcome))
      life.simulation.break('told twice', `${address}: ${sorted(before)}, then ${sorted(outcome)}`)
    memory.outcome = outcome
  }

  /** False where this life cannot take it. */
  async #ask(order: Order, memory: Memory, life: Life): Promise<boolean> {
    const isTwice = order.again === 'at once' && !this.forgetful
    const said = await Promise.all([1, ...(isTwice ? [2] : [])].map(async () => this.#say(order, life, 0)))
    const [address, also = address] = said
    if (also !== address && !this.forgetful)
      life.simulation.break('one key', `${order.name}, said twice at once, is ${also} and ${address}`)
    if (address === undefined) return false
    if (memory.address !== undefined && address !== memory.address && !this.forgetful)
      life.simulation.break('one key', `${order.name} is ${memory.address}, then ${address}`)
    memory.address = address
    if (order.again !== 'never' && !this.forgetful) await this.#again(order, address, life)
    return true
  }

  /** The same once more is the same; other work under one key is refused. */
  async #again(order: Order, address: Address, life: Life): Promise<void> {
    const isSame = order.again !== 'other'
    const told = await this.#say(order, life, isSame ? 0 : 1).catch(codeOf)
    if (told === undefined || this.forgetful || OVER.has(told)) return
    if (told !== (isSame ? address : 'IDEMPOTENCY_CONFLICT'))
      life.simulation.break('one key', `${order.name} is ${address}; said again, ${order.again}: ${told}`)
  }

  /** Asks until there is room. Undefined where it is known no more: it ended, and was pruned. */
  async #say(order: Order, life: Life, more: number): Promise<Address | undefined> {
    try {
      return (await untilRoom(life, () => say(order, life, more, this.#start))).address
    } catch (error) {
      if (codeOf(error) === 'IDEMPOTENCY_CONFLICT' && this.forgetful) return undefined
      throw error
    }
  }

  /** Waits for the end, through holds that an operator ends. Undefined where it is not told in this life. */
  async #hear(address: Address, memory: Memory, life: Life): Promise<Outcome | undefined> {
    for (;;)
      try {
        const told = await Promise.all([handle(life, address).outcome(), handle(life, address).outcome()])
        return told[life.number % 2] as Outcome
      } catch (error) {
        const code = codeOf(error)
        if (code === 'NOT_FOUND' && this.forgetful) {
          memory.outcome ??= GONE
          return undefined
        }
        if (code !== 'HELD') throw error
        const { code: why } = (error as { details: { code: string } }).details
        // Not in this life: what it needs is not here.
        if (why === 'VERSION_MISSING' || why === 'UPGRADE_REFUSED') return undefined
        await life.wait(20)
      }
  }
}
