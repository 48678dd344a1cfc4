/**
 * Ledger: what really happened outside, whatever any process remembers: handlers that started, sub-steps that ran,
 * what they gave, and what took effect in the world. It judges nothing.
 */
import type { Json } from '../../messages/json.ts'

export interface Entry {
  /** The process life in which it happened. */
  readonly life: number
  /** Virtual time, milliseconds since the epoch. */
  readonly at: number
  /**
   * `start`, `output`, `error`: a handler began, returned, threw. `sub` is a sub-step of `ctx.do` that ran, `result` one
   * that came back, recorded or reused. `beat` is a sign of life, by `ctx.heartbeat` or `ctx.progress`. `call` asked the outside for an effect, `effect` is one that took place, `fault` is what went
   * wrong with a call. `wait` is a handler that begins to wait for somebody outside, `go on` one that has been answered.
   */
  readonly what:
    'start' | 'output' | 'error' | 'sub' | 'result' | 'beat' | 'wait' | 'go on' | 'call' | 'effect' | 'fault'
  /** Address of the task, or the name of the effect. */
  readonly task: string
  /** Address of the agent whose code it is, where that is known. */
  readonly agent?: string
  readonly attempt: number
  /** The idempotency key given to the outside. */
  readonly key: string
  readonly value: Json
}

export class Ledger {
  readonly entries: Entry[] = []

  add(entry: Entry): void {
    this.entries.push(entry)
  }

  of(what: Entry['what'], task?: string): Entry[] {
    return this.entries.filter(entry => entry.what === what && (task === undefined || entry.task === task))
  }
}
