/**
 * Invariant 10: no starvation, bounded queues, explicit refusal. Who should have been next is found out from the records; how many
 * wait at the door, from what clients asked for. The queues of the runtime are not looked at.
 */
import { StatorError } from '../../errors.ts'
import type { Address } from '../../messages/address.ts'
import type { Said } from '../host/watcher.ts'
import type { Work } from './books.ts'
import type { Invariant } from './invariant.ts'
import { first, lineOf, longest } from './line.ts'
import { reading } from './reading.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'
import { fits, SUSPECT } from './starts.ts'

/** Each so-manieth place goes to who has waited longest. */
const FAIR = 16

export const bounds: Invariant = {
  number: 10,
  promise:
    'No starvation under priorities; queues bounded; refusal is explicit; nothing acknowledged is dropped.',
  watch: reading(shadow => {
    const places = new Places(shadow)
    /** What clients have asked for and were not answered, and how full the inbox was then. */
    const asks = new Map<number, Said>()
    const found = new Map<number, number>()
    /** Those of this very moment: they may have been refused. */
    const young = new Set<Said>()
    return {
      starting: () => {
        asks.clear()
        places.begin()
      },
      moved: (move, { simulation }) => {
        const wrong = places.fault(move)
        if (wrong !== undefined)
          simulation.break(10, `signal ${move.signal.seq}, ${move.signal.type}: ${wrong}`)
      },
      asked: (_what, life, said) => {
        if (mayWait(said)) return
        asks.set(said.number, said)
        young.add(said)
        // A large inbox is never full here.
        if (shadow.limits.inbox <= 1_000) found.set(said.number, life.runtime.status().inbox)
      },
      acknowledged: (_address, _life, said) => asks.delete(said.number),
      refused: (said, error, { simulation }) => {
        asks.delete(said.number)
        const isBusy = error instanceof StatorError && error.code === 'HUB_BUSY'
        const inbox = found.get(said.number) ?? 0
        if (isBusy && inbox < shadow.limits.inbox)
          simulation.break(
            10,
            `${said.what} was refused with HUB_BUSY while ${inbox} of ${shadow.limits.inbox} waited`,
          )
      },
      between: ({ simulation }) => {
        if (asks.size === 0) return
        const waiting = new Set([...asks.values()].filter(said => !young.has(said)).map(keyOf)).size
        young.clear()
        if (waiting > shadow.limits.inbox)
          simulation.break(10, `${waiting} submissions wait, and the inbox holds ${shadow.limits.inbox}`)
      },
    }
  }),
}

interface Options {
  readonly whenFull?: unknown
  readonly id?: unknown
  readonly idempotencyKey?: unknown
}

const optionsOf = ({ what, args }: Said): Options =>
  (args[what === 'start' || what === 'submit' ? 2 : 1] ?? {}) as Options
const mayWait = (said: Said): boolean => optionsOf(said).whenFull === 'wait'

/** The same submission twice takes one place. */
function keyOf(said: Said): unknown {
  const { id, idempotencyKey } = optionsOf(said)
  return idempotencyKey ?? id ?? said.number
}

/** How the dispatcher gives places to those who wait. */
class Places {
  readonly #shadow: Shadow
  /** Given in this process life. */
  #given = 0
  /** How often in a row the same one was passed over, though nobody had waited longer. */
  #passed: { readonly work: Work; times: number } | undefined
  /** Since a release somebody may stand further back than he has waited. */
  #mixed = false

  constructor(shadow: Shadow) {
    this.#shadow = shadow
  }

  begin(): void {
    this.#given = 0
    this.#passed = undefined
    this.#mixed = false
  }

  fault(move: Move): string | undefined {
    const { signal } = move
    if (signal.type === 'hub.release') this.#mixed = true
    if (signal.type === 'task.create' && signal.stamp !== null)
      return this.#stampFault(signal.stamp as { agent?: Address })
    const wasKept = [...this.#shadow.debts.rows.values()].some(
      ({ type, to }) => type === signal.type && to === signal.to,
    )
    if (signal.type !== 'task.start' || wasKept) return undefined
    const isFair = this.#given++ % FAIR === FAIR - 1
    const work = this.#shadow.books.works.get(signal.to)
    const { ready, unsure } = lineOf(this.#shadow)
    if (work === undefined || signal.refused !== null || unsure || this.#mixed) return undefined
    if (!ready.includes(work)) return `${work.address} is given a place, and there is none for it`
    const oldest = longest(ready)
    const next = isFair ? oldest : first(ready)
    if (next !== work && next !== undefined)
      return `${work.address} goes before ${next.address}, ${isFair ? 'which has waited longest' : `of priority ${next.priority}`}`
    return this.#overtaken(work, oldest)
  }

  #overtaken(started: Work, oldest: Work | undefined): string | undefined {
    if (oldest === undefined || oldest === started) {
      this.#passed = undefined
      return undefined
    }
    if (this.#passed?.work !== oldest) this.#passed = { work: oldest, times: 0 }
    return ++this.#passed.times < FAIR
      ? undefined
      : `${oldest.address} was passed over ${this.#passed.times} times`
  }

  /** Who has just come takes nobody's place. */
  #stampFault({ agent }: { readonly agent?: Address }): string | undefined {
    const { books } = this.#shadow
    // Who was given a result takes no place at all.
    if (agent === undefined) return undefined
    const helper = books.helpers.get(agent)
    if (helper === undefined || books.waiting.size === 0) return undefined
    for (const work of books.waiting) {
      if (work.interruptions >= SUSPECT || this.#shadow.isHeld(work.address) || !fits(helper, work.spec))
        continue
      if (books.handles(helper, work.spec.task) === 'yes')
        return `it takes the place of ${work.address}, which waits`
    }
    return undefined
  }
}
