/**
 * World: everything outside of the processes of a simulation. It answers calls as their effects were declared and their faults were
 * drawn, and keeps what really happened, whatever any process remembers of it. It survives every crash.
 */
import { toJson, type Json } from '../../messages/json.ts'
import type { Life } from '../host/life.ts'
import type { Effect, EffectFault } from './effect.ts'

/** One call goes wrong. */
export interface CallFault {
  readonly effect: string
  /** The call of that effect, from 1, over all processes. */
  readonly call: number
  readonly fault: EffectFault
}

/** Something that took effect. */
export interface Happening {
  readonly effect: string
  readonly key: string
  readonly input: Json
  readonly output: Json
  /** Milliseconds since the epoch, virtual. */
  readonly at: number
  /** The run on whose behalf it happened; null where its key does not say. */
  readonly run: string | null
}

export interface WorldParts {
  readonly effects: ReadonlyMap<string, Effect>
  readonly faults: readonly CallFault[]
  /** The answer to a call that is none of a repeated key. */
  readonly answer: (effect: string, input: Json, call: number) => unknown
  /** A fault came into play. */
  readonly struck: (fault: CallFault) => void
  /** Longer than any attempt may take, in milliseconds. */
  readonly tooLong: number
}

const SLOW = 5_000

export class World {
  readonly happenings: Happening[] = []
  readonly calls = new Map<string, number>()
  readonly #parts: WorldParts
  /** Per key of an idempotent effect. */
  readonly #answers = new Map<string, Json>()
  readonly #failures = new Map<string, number>()

  constructor(parts: WorldParts) {
    this.#parts = parts
  }

  /** A call from a process. Never settles in a dead one. @throws what the world makes of it */
  async call(name: string, input: unknown, key: string, life: Life): Promise<Json> {
    const effect = this.#parts.effects.get(name)
    if (effect === undefined) throw new Error(`the world knows no effect ${name}: name it in effects`)
    // What a process does after its death does not reach the world.
    if (!life.alive) return never()
    const call = (this.calls.get(name) ?? 0) + 1
    this.calls.set(name, call)
    const given = toJson(input, 64)
    this.#write('call', name, key, given, life)
    const latency = life.simulation.choices.below(effect.ms + 1)
    if (latency > 0) await life.wait(latency)
    const fault = this.#fault(name, call, key, effect)
    const happen = (): Json => this.#happen(name, given, key, call, life)
    const wrong = (): void => this.#write('fault', name, key, fault ?? null, life)
    if (effect.broken) throw failed(name, 'refused')
    switch (fault) {
      case undefined:
        return happen()
      case 'fail':
        wrong()
        throw failed(name, 'refused')
      case 'lost':
        happen()
        wrong()
        throw failed(name, 'the answer was lost')
      case 'hang':
        wrong()
        return never()
      case 'timeout': {
        const answer = happen()
        wrong()
        await life.wait(this.#parts.tooLong)
        return answer
      }
      case 'twice':
        happen()
        wrong()
        return happen()
      case 'slow':
        wrong()
        await life.wait(SLOW)
        return happen()
      default:
        return fault satisfies never
    }
  }

  /** The fault of this call, where it has one and its key may still fail. */
  #fault(name: string, call: number, key: string, effect: Effect): EffectFault | undefined {
    const drawn = this.#parts.faults.find(fault => fault.effect === name && fault.call === call)
    if (drawn === undefined) return undefined
    if (drawn.fault !== 'twice' && drawn.fault !== 'slow') {
      const failures = (this.#failures.get(`${name} ${key}`) ?? 0) + 1
      if (failures > effect.failures) return undefined
      this.#failures.set(`${name} ${key}`, failures)
    }
    this.#parts.struck(drawn)
    return drawn.fault
  }

  #happen(name: string, input: Json, key: string, call: number, life: Life): Json {
    const { idempotent } = this.#parts.effects.get(name) as Effect
    const known = idempotent ? this.#answers.get(`${name} ${key}`) : undefined
    if (known !== undefined) return known
    const output = toJson(this.#parts.answer(name, input, call), 64)
    this.#answers.set(`${name} ${key}`, output)
    const at = life.simulation.clock.now()
    // Properties look at it, and are not to change it for each other.
    this.happenings.push(Object.freeze({ effect: name, key, input, output, at, run: runOf(key) }))
    this.#write('effect', name, key, input, life)
    return output
  }

  #write(what: 'call' | 'effect' | 'fault', task: string, key: string, value: Json, life: Life): void {
    if (!life.alive) return
    const at = life.simulation.clock.now()
    life.simulation.wrote({ life: life.number, at, what, task, attempt: 0, key, value }, life)
  }
}

async function never(): Promise<never> {
  return new Promise<never>(() => {})
}

function failed(name: string, reason: string): Error {
  return Object.assign(new Error(`${name}: ${reason}`), { name: 'EffectFailed', code: 'EFFECT_FAILED' })
}

/** A key that a handler got begins `<journal>/task/<run>/<step>/`. */
function runOf(key: string): string | null {
  const [, kind, run, ...rest] = key.split('/')
  return kind === 'task' && run !== undefined && rest.length > 1 ? run : null
}
