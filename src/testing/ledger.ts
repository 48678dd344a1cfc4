/**
 * Ledger: what really happened outside, whatever any process remembers: handlers that started, sub-steps that ran,
 * what they gave. And what the journal held at that moment, to find what was seen too early.
 */
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'

export interface Entry {
  readonly life: number
  readonly at: number
  /** `sub` is a sub-step of `ctx.do` that ran, `result` one that came back, recorded or reused. */
  readonly what: 'start' | 'output' | 'error' | 'sub' | 'result'
  readonly task: string
  readonly attempt: number
  /** The idempotency key given to the outside. */
  readonly key: string
  readonly value: Json
}

export class Ledger {
  readonly entries: Entry[] = []
  /** Promises that were broken, in words. Empty at the end of a good simulation. */
  readonly wrongs: string[] = []
  /** The last state of each actor that is durable. */
  readonly states = new Map<Address, string>()
  readonly #ended = new Set<Address>()
  #position = 0
  #at = 0

  /** The last durable position. */
  get position(): number {
    return this.#position
  }

  /** A batch became durable. */
  durable(signals: readonly Signal[]): void {
    for (const signal of signals) {
      if (signal.seq !== this.#position + 1) this.wrongs.push(`signal ${signal.seq} after ${this.#position}`)
      if (signal.at < this.#at) this.wrongs.push(`signal ${signal.seq}: time went back`)
      this.#position = signal.seq
      this.#at = signal.at
      if (signal.toState !== null && signal.refused === null) this.states.set(signal.to, signal.toState)
      if (signal.final && this.#ended.has(signal.to) && !signal.to.startsWith('agent/'))
        this.wrongs.push(`${signal.to} ended twice`)
      if (signal.final) this.#ended.add(signal.to)
    }
  }

  add(entry: Entry): void {
    this.entries.push(entry)
    const task = entry.task as Address
    if (entry.what === 'start' && this.states.get(task) !== 'running')
      this.wrongs.push(`${task} was started while durably ${this.states.get(task) ?? 'unknown'}`)
    if (entry.what === 'start' && this.#ended.has(task))
      this.wrongs.push(`${task} had ended, and started again`)
    if (entry.what === 'sub' && this.of('result', task).some(({ key }) => key === entry.key))
      this.wrongs.push(`${entry.key} had its result, and ran again`)
    const first = this.of('result', task).find(({ key }) => key === entry.key)
    if (entry.what === 'result' && first !== undefined && !same(first, entry))
      this.wrongs.push(`${entry.key} gave another result than before`)
  }

  of(what: Entry['what'], task?: string): Entry[] {
    return this.entries.filter(entry => entry.what === what && (task === undefined || entry.task === task))
  }
}

const same = (a: Entry, b: Entry): boolean => JSON.stringify(a.value) === JSON.stringify(b.value)
