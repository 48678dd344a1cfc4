/**
 * Turns: in which order those who wait are given work: by priority, and in it by waiting; but some of the tasks that an agent is given go
 * to a lower priority, so that nobody waits for ever. Which of its turns those are is not its business; how many, is.
 */
import type { Address } from '../../messages/address.ts'
import { PRIORITIES, type Priority } from '../../messages/message.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Helper, Work } from './helpers.ts'
import { first, lineOf, longest } from './line.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'
import { fits } from './starts.ts'

/** Of so many tasks that an agent is given, at most so many go to that priority out of order. */
const ROUND = 16
const TURNS: Readonly<Partial<Record<Priority, number>>> = { high: 2, normal: 1, low: 1 }

/** What an agent was given in this process life. */
interface Given {
  count: number
  /** Those out of order: which of them, and of which priority. */
  readonly turns: { readonly at: number; readonly priority: Priority }[]
  /** Who goes first in each priority, and how often it was passed over. */
  readonly passed: Map<Priority, { readonly work: Work; readonly since: number; times: number }>
}

export class Turns {
  readonly #shadow: Shadow
  readonly #given = new Map<Address, Given>()

  constructor(shadow: Shadow) {
    this.#shadow = shadow
  }

  begin(): void {
    this.#given.clear()
  }

  fault({ signal, known }: Move): string | undefined {
    const { to, type, stamp, data, refused, final } = signal
    if (to.startsWith('agent/') && (final || (type === 'agent.register' && signal.fromState === null)))
      this.#given.delete(to)
    if (type !== 'task.start' && (type !== 'task.create' || stamp === null)) return undefined
    const { agent } = (stamp ?? data) as { readonly agent?: Address }
    const helper = agent === undefined ? undefined : this.#shadow.books.helpers.get(agent)
    // Who was given a result takes no place at all.
    if (helper === undefined) return undefined
    const given = this.#of(helper.address)
    given.count++
    if (type === 'task.create') return this.#stampFault(signal, helper, given)
    const work = this.#shadow.books.works.get(to)
    const { ready, unsure } = lineOf(this.#shadow, signal.at)
    if (work === undefined || refused !== null || !known || unsure) {
      given.passed.clear()
      return undefined
    }
    if (!ready.includes(work)) return `${work.address} is given a place, and there is none for it`
    const mine = ready.filter(other => this.#canDo(helper, other))
    return this.#orderFault(work, { ready, mine, given }) ?? this.#passFault(work, mine, given)
  }

  #orderFault(
    work: Work,
    {
      ready,
      mine,
      given,
    }: { readonly ready: readonly Work[]; readonly mine: readonly Work[]; readonly given: Given },
  ): string | undefined {
    const next = first(ready, this.#shadow)
    if (next === undefined || next === work) return undefined
    const { priority } = work
    if (priority === next.priority) return `${work.address} goes before ${next.address}, of the same priority`
    const oldest = longest(
      mine.filter(other => other.priority === priority),
      this.#shadow,
    )
    if (oldest !== undefined && oldest !== work)
      return `${work.address} goes before ${oldest.address}, which has waited longest of priority ${priority}`
    given.turns.push({ at: given.count, priority })
    const most = TURNS[priority] ?? 0
    const count = given.turns.filter(
      turn => turn.priority === priority && turn.at > given.count - ROUND,
    ).length
    return count > most
      ? `${work.address} goes before ${next.address}, of priority ${next.priority}, and ${count - 1} of ${priority} just have`
      : undefined
  }

  /** Who is passed over too often. */
  #passFault(work: Work, mine: readonly Work[], { passed }: Given): string | undefined {
    for (const priority of PRIORITIES) {
      const head = longest(
        mine.filter(other => other.priority === priority),
        this.#shadow,
      )
      const before = passed.get(priority)
      if (head === undefined || head === work) passed.delete(priority)
      else if (before?.work !== head || before.since !== head.since)
        passed.set(priority, { work: head, since: head.since, times: 1 })
      else if (++before.times >= ROUND)
        return `${head.address}, of priority ${priority}, was passed over ${before.times} times`
    }
    return undefined
  }

  /** Who has just come takes nobody's place. */
  #stampFault({ at }: Signal, helper: Helper, { passed }: Given): string | undefined {
    if (this.#shadow.books.waiting.size === 0) {
      passed.clear()
      return undefined
    }
    const {
      ready: [other],
      unsure,
    } = lineOf(this.#shadow, at, helper)
    if (unsure) return undefined
    if (other !== undefined) return `it takes the place of ${other.address}, which waits`
    passed.clear()
    return undefined
  }

  #of(agent: Address): Given {
    const known = this.#given.get(agent)
    if (known !== undefined) return known
    const given: Given = { count: 0, turns: [], passed: new Map() }
    this.#given.set(agent, given)
    return given
  }

  #canDo(helper: Helper, { spec }: Work): boolean {
    return fits(helper, spec) && this.#shadow.books.handles(helper, spec.task) === 'yes'
  }
}
