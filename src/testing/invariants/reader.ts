/**
 * Reader: one who reads the history and then live, and knows what must come next: from the records, not from the runtime. It is as
 * quick or as slow as it is told to be.
 */
import { StatorError } from '../../errors.ts'
import type { Signal } from '../../messages/signal.ts'
import { positionOf } from '../../runtime/cursor.ts'
import type { ReadOptions } from '../../runtime/options.ts'
import type { Life } from '../host/life.ts'
import { Past, sameSignal } from './past.ts'

export class Reader {
  readonly #life: Life
  readonly #name: string
  readonly #fits: (signal: Signal) => boolean
  readonly #signals: AsyncIterator<Signal>
  /** The last position that it has seen, or passed by. */
  #after: number
  #asked = 0
  #ended = false

  constructor(life: Life, name: string, options: ReadOptions & { readonly from: string }) {
    this.#life = life
    this.#name = name
    this.#fits = fits(options)
    this.#after = positionOf(options.from)
    this.#signals = life.runtime.signals(options)[Symbol.asyncIterator]()
  }

  /** Asks for so many. */
  pull(count: number): void {
    for (let n = 0; n < count && !this.#ended; n++) void this.#next()
  }

  /** Asks for the next one as soon as it has one, for ever. */
  keep(): void {
    void this.#readOn()
  }

  /** What is still to come, of what is durable, and was not asked for. */
  rest(): number {
    const dropped = Math.max(0, Past.of(this.#life.simulation).expected.anchor.seq - this.#after)
    return Math.max(0, this.#left().length + dropped - this.#asked)
  }

  /** Everything has come. */
  finish(): void {
    const [missing] = this.#left(1)
    if (missing !== undefined) this.#say(`has not seen signal ${missing.seq}, and nothing is left to happen`)
  }

  async #readOn(): Promise<void> {
    while (!this.#ended) await this.#next()
  }

  async #next(): Promise<void> {
    this.#asked++
    try {
      const { value, done } = (await this.#signals.next()) as IteratorResult<Signal, undefined>
      if (!this.#life.alive) return
      if (done === true) this.#done()
      else this.#take(value)
    } catch (error) {
      this.#ended = true
      // What a dead process says nobody hears.
      if (this.#life.alive) this.#failed(error)
    } finally {
      this.#asked--
    }
  }

  #take(signal: Signal): void {
    const past = Past.of(this.#life.simulation)
    const recorded = past.signal(signal.seq)
    const [wanted] = this.#left(1, signal.seq)
    if (recorded === undefined || signal.seq <= this.#after || !this.#fits(recorded))
      this.#say(`was given signal ${signal.seq}, which is not to come`)
    else if (wanted !== undefined && wanted.seq < signal.seq)
      this.#say(`was given signal ${signal.seq}, and signal ${wanted.seq} comes next`)
    // What was erased may still be in memory.
    else if (!sameSignal(signal, recorded, past.isErased(signal.seq)))
      this.#say(`was given signal ${signal.seq} as another one than the recorded one`)
    this.#after = Math.max(this.#after, signal.seq)
  }

  #done(): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#life.runtime.status().hub !== 'closed')
      this.#say('was told that nothing more comes, and the runtime is not closed')
    else this.finish()
  }

  #failed(error: unknown): void {
    const code = error instanceof StatorError ? error.code : String(error)
    // Its disk took a write no more.
    if (code === 'JOURNAL_FAILED' && !this.#life.isUp) return
    if (code !== 'CLOSED') return this.#say(`was ended with ${code}`)
    const { after } = (error as StatorError).details as { after?: string }
    const place = after === undefined ? -1 : positionOf(after)
    const [missing] = this.#left(1)
    if (place < this.#after || (missing !== undefined && missing.seq <= place))
      this.#say(`was closed with a cursor at ${place}, having read up to ${this.#after}`)
  }

  /** What is there and fits, from here on. Dropped signals come to those only who had asked before. */
  #left(limit = Number.POSITIVE_INFINITY, upTo = Number.POSITIVE_INFINITY): Signal[] {
    const { signals, expected } = Past.of(this.#life.simulation)
    const left: Signal[] = []
    const first = signals[0]?.seq ?? 0
    const after = Math.max(this.#after, expected.anchor.seq, first - 1)
    for (let i = after + 1 - first; i < signals.length && left.length < limit; i++) {
      const signal = signals[i] as Signal
      if (signal.seq > upTo) break
      if (this.#fits(signal)) left.push(signal)
    }
    return left
  }

  #say(detail: string): void {
    this.#life.simulation.break(14, `a reader (${this.#name}) ${detail}`)
  }
}

function fits({ types, task, agent, workflow }: ReadOptions): (signal: Signal) => boolean {
  return ({ type, name, to, correlationId }) =>
    (types === undefined || types.some(wanted => wanted === type || wanted === name)) &&
    (task === undefined || to === `task/${task}`) &&
    (agent === undefined || to === `agent/${agent}`) &&
    (workflow === undefined || correlationId === `workflow/${workflow}`)
}
