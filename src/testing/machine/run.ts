/**
 * Run: one sequence of events sent to a machine, with a crash after every step, judged by the promises. Draws nothing at
 * random; a sequence is data, so that it can be shrunk and replayed.
 */
import type { Input } from './children.ts'
import { crash, type Crashed } from './crash.ts'
import { begin, byItself, isOver, move, type Move, type Position } from './position.ts'
import {
  ask,
  brokenAlways,
  brokenByCrash,
  brokenByStep,
  brokenLater,
  type Broken,
  type Rules,
} from './promises.ts'
import type { Tally } from './tally.ts'
import { dataText } from './text.ts'
import { traceLine } from './trace.ts'

/** An event of a type, or one of those that happen by themselves. */
export type Draw = { readonly type: string; readonly data: unknown } | { readonly byItself: number }

/** Events that a run may need to come to its end by itself. */
const SETTLE_STEPS = 1000

export class Run {
  readonly #rules: Rules
  readonly #tally: Tally
  #position: Position
  #crashed: Crashed
  /** One line for each step. */
  readonly trace: string[] = []
  broken: Broken | undefined

  constructor(rules: Rules, tally: Tally) {
    this.#rules = rules
    this.#tally = tally
    const first = begin(rules.machine, rules.input)
    tally.coverage.add(first)
    this.#position = first.position
    this.#crashed = crash(rules.machine, first.position, rules.thaw)
    this.trace.push(traceLine(rules.machine, 'start', undefined, first))
    this.broken = brokenByCrash(this.#crashed)
    this.#judge(first)
  }

  /** Until the sequence or the machine has ended, so many events were taken, or a promise is broken. */
  play(draws: readonly Draw[], most: number): this {
    let taken = 0
    for (const draw of draws) {
      if (this.broken !== undefined || isOver(this.#position) || taken >= most) break
      const input = this.#inputOf(draw)
      if (input !== undefined && this.#step(input, 'type' in draw ? draw.type : undefined)) taken++
    }
    this.#settle()
    return this
  }

  #inputOf(draw: Draw): Input | undefined {
    if ('byItself' in draw) return this.#byItself(draw.byItself)
    const { type, data } = draw
    return { label: `${type}${dataText(data)}`, event: this.#rules.alphabet.eventOf(type, data) }
  }

  #byItself(number: number): Input | undefined {
    const { machine, invoked, alphabet } = this.#rules
    const all = byItself(machine, this.#position, invoked, alphabet.delayed)
    return all[number % Math.max(1, all.length)]
  }

  /** Was it taken? */
  #step(input: Input, type: string | undefined): boolean {
    const { machine, thaw } = this.#rules
    const before = this.#position
    const step = move(machine, before, input)
    this.#tally.step(type, step)
    this.trace.push(traceLine(machine, input.label, before, step))
    const taken = step.taken.length > 0 || step.snapshot !== before.snapshot
    const crashed = taken ? crash(machine, step.position, thaw) : this.#crashed
    this.broken =
      brokenByStep(machine, before, this.#crashed.text, step) ??
      brokenByCrash(crashed) ??
      brokenLater(machine, this.#crashed, input, step)
    this.#position = step.position
    this.#crashed = crashed
    this.#judge(step)
    return taken
  }

  #judge({ snapshot }: Move): void {
    this.broken ??= brokenAlways(this.#rules, snapshot, name => this.#tally.applied.add(name))
    this.#atLast()
  }

  /** Does what must come hold now? A text where the property threw, or said what is no answer. */
  #atLast(): boolean | string | undefined {
    const { eventually } = this.#rules
    const answer = eventually === undefined || ask(eventually, this.#position.snapshot)
    if (answer !== true) this.#tally.notYet = true
    return answer
  }

  /** Lets happen what happens by itself, in turn, until what must come has come. */
  #settle(): void {
    for (let turn = 0; this.broken === undefined; turn++) {
      const answer = this.#atLast()
      if (answer === true) return
      const input = turn < SETTLE_STEPS ? this.#byItself(turn) : undefined
      const why =
        turn < SETTLE_STEPS ? 'and nothing more happens by itself' : `after ${turn} more steps by itself`
      if (input !== undefined) this.#step(input, undefined)
      else
        this.broken = {
          promise: 'eventually',
          detail: typeof answer === 'string' ? answer : `it does not hold, ${why}`,
        }
    }
  }
}
