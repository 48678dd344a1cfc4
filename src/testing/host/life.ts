/**
 * Life: one life of a simulated process: a runtime, the handlers that it runs, and its end. Whatever belongs to a
 * dead life goes nowhere: its promises never settle, and nothing that it does is seen.
 */
import type { Handler } from '../../actors/agent.ts'
import type { DoOptions, TaskContext } from '../../actors/task-context.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Host } from '../../runtime/host.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { Working } from '../../runtime/working.ts'
import { toJson, type Json } from '../../messages/json.ts'
import { Crashed } from './ends.ts'
import { observed } from './observed.ts'
import type { Entry } from './ledger.ts'
import type { Stage } from './stage.ts'

/** What a handler of a simulation gets beside the usual: the world that it acts in. */
export type SimulatedHandler<I, O> = (input: I, ctx: TaskContext, life: Life) => Promise<O> | O

const handlers = new WeakSet<object>()

/** Is everything that this handler does written to the ledger? */
export function isOverheard(handler: object): boolean {
  return handlers.has(handler)
}

/** By these calls a handler waits for somebody outside, as long as that takes. */
const WAITS: ReadonlySet<string | symbol> = new Set(['ask', 'consult', 'escalate', 'lock'])

/** What the ledger has of a value that is no JSON. */
export const NOT_JSON = '(not JSON)'

type Call = (...args: never[]) => unknown

export class Life {
  readonly number: number
  readonly simulation: Stage
  #alive = true
  #doomed = false
  #halted = false
  #runtime: Runtime | undefined

  constructor(simulation: Stage, number: number) {
    this.simulation = simulation
    this.number = number
  }

  get alive(): boolean {
    return this.#alive
  }

  get doomed(): boolean {
    return this.#doomed
  }

  /** It lives, and its runtime has started and not been stopped by its disk. */
  get isUp(): boolean {
    return this.#alive && !this.#halted && this.#runtime !== undefined
  }

  /** @throws Crashed once the process is dead */
  get runtime(): Runtime {
    if (!this.#alive) throw new Crashed(`process ${this.number} is dead`)
    if (this.#runtime === undefined) throw new Error('the runtime has not started yet')
    return this.#runtime
  }

  set runtime(runtime: Runtime) {
    this.#runtime = observed(runtime, {
      asked: said => this.#alive && this.simulation.asked(said, this),
      acknowledged: (to, said, signal) => this.#alive && this.simulation.acknowledged(to, this, said, signal),
      refused: (said, error) => this.#alive && this.simulation.refused(said, error, this),
      told: told => this.#alive && this.simulation.told(told, this),
      prunes: options => this.#alive && this.simulation.prunes(options, this),
      waits: wait => this.#alive && this.simulation.waits(wait, this),
      answered: (wait, error) => this.#alive && this.simulation.answered(wait, this, error),
    })
  }

  /** The process ends here and now. */
  die(): void {
    if (!this.#alive) return
    this.#alive = false
    this.simulation.state.owned = false
  }

  /** The process ends as soon as what is under way has been said. */
  doom(): void {
    this.#doomed = true
  }

  /** Its disk took a write no more: the process lives, its runtime does not. */
  halt(): void {
    this.#halted = true
  }

  /** Lets things happen until the promise settles. @throws Crashed, Stuck, and what the promise rejects with */
  async until<T>(promise: Promise<T>): Promise<T> {
    return this.simulation.until(this, promise)
  }

  /** Resolves after a while of virtual time; never, in a dead process. */
  async wait(ms: number): Promise<void> {
    await new Promise<void>(resolve => {
      this.clock.after(ms, resolve)
    })
  }

  /** Code of an agent, with everything that it does outside written to the ledger. */
  handler<I, O>(run: SimulatedHandler<I, O>): Handler<I, O> {
    const overheard: Handler<I, O> = async (input, ctx) => {
      if (!this.#alive) return never()
      this.#write('start', ctx, ctx.idempotencyKey, null)
      try {
        const output = await this.#live(Promise.resolve(run(input, this.#watched(ctx), this)))
        this.#write('output', ctx, ctx.idempotencyKey, output)
        return output
      } catch (error) {
        if (!this.#alive) return never()
        this.#write('error', ctx, ctx.idempotencyKey, thrownText(error))
        throw error
      }
    }
    handlers.add(overheard)
    return overheard
  }

  get host(): Partial<Host> {
    const { scheduler, dice, ids } = this.simulation
    const soon = (callback: () => void): void => {
      scheduler.soon(() => this.#alive && callback())
    }
    return { clock: this.clock, ids, random: () => dice.next(), scheduler: { soon } }
  }

  get clock(): Clock {
    const { clock } = this.simulation
    return { now: () => clock.now(), after: (ms, call) => clock.after(ms, () => this.#alive && call()) }
  }

  #watched(ctx: TaskContext): TaskContext {
    const own: Pick<TaskContext, 'progress' | 'heartbeat' | 'do' | 'context'> = {
      context: (definition, scope) => this.#heard(ctx.context(definition, scope)),
      progress: (percent, note) => {
        this.#beat(ctx)
        ctx.progress(percent, note)
      },
      heartbeat: () => {
        this.#beat(ctx)
        ctx.heartbeat()
      },
      do: (name, fn, options) => {
        const result = this.#sub(ctx, name, fn, options)
        // As with the real ctx: nobody need wait for it.
        result.catch(() => {})
        return result
      },
    }
    return new Proxy(ctx, {
      get: (_, name): unknown =>
        name in own
          ? own[name as keyof typeof own]
          : this.#overheard(Reflect.get(ctx, name, ctx), WAITS.has(name) ? ctx : undefined),
    })
  }

  /** The same, by whose calls nobody hears anything who is dead. */
  #heard<T extends object>(whom: T): T {
    return new Proxy(whom, {
      get: (_, name): unknown => {
        const value: unknown = Reflect.get(whom, name, whom)
        return this.#overheard(typeof value === 'function' ? (value.bind(whom) as unknown) : value)
      },
    })
  }

  /** What it says to others the hub writes down; only who is dead hears no answer. */
  #overheard(value: unknown, waits?: TaskContext): unknown {
    if (typeof value !== 'function') return value
    return (...given: unknown[]): unknown => {
      let goOn = (): void => {}
      // Who is called back waits no longer.
      const back = (call: Call): Call => {
        return (...args) => {
          goOn()
          return call(...args)
        }
      }
      const told = given.map(each => (typeof each === 'function' ? back(each as Call) : each))
      const result: unknown = Reflect.apply(value, undefined, waits === undefined ? given : told)
      if (!(result instanceof Promise)) return result
      if (waits !== undefined) goOn = this.#waited(waits, result)
      const heard = this.#live(result)
      heard.catch(() => {})
      return heard
    }
  }

  /** Its time stands still until it is answered, or until what this gives is called. */
  #waited(ctx: TaskContext, answer: Promise<unknown>): () => void {
    let isOver = false
    const goOn = (): void => {
      if (!isOver) this.#write('go on', ctx, ctx.idempotencyKey, null)
      isOver = true
    }
    this.#write('wait', ctx, ctx.idempotencyKey, null)
    answer.then(goOn, goOn)
    return goOn
  }

  /** Of one that was given up it does not count. */
  #beat(ctx: TaskContext): void {
    if (!ctx.signal.aborted) this.#write('beat', ctx, ctx.idempotencyKey, null)
  }

  /** One that is announced waits until it is known that nobody has done it. */
  async #sub<T>(
    ctx: TaskContext,
    name: string,
    fn: (key: string) => Promise<T> | T,
    options: DoOptions<T> = {},
  ): Promise<T> {
    const key = `${ctx.idempotencyKey}/${String(name)}`
    let waits = (ctx as Partial<Pick<Working, 'effect'>>).effect?.spec.uncertain !== undefined
    const goOn = (): void => {
      if (waits) this.#write('go on', ctx, ctx.idempotencyKey, null)
      waits = false
    }
    if (waits) this.#write('wait', ctx, ctx.idempotencyKey, null)
    const done = ctx.do(
      name,
      async own => {
        goOn()
        this.#write('sub', ctx, own, null)
        return this.#live(Promise.resolve(fn(own)))
      },
      options,
    )
    done.then(goOn, goOn)
    const result = await this.#live(done)
    this.#write('result', ctx, key, result)
    return result
  }

  /** The promise, as long as this process lives. */
  async #live<T>(promise: Promise<T>): Promise<T> {
    try {
      const value = await promise
      return this.#alive ? value : await never()
    } catch (error) {
      if (!this.#alive) await never()
      throw error
    }
  }

  #write(what: Entry['what'], ctx: TaskContext, key: string, value: unknown): void {
    if (this.#alive)
      this.simulation.wrote(
        {
          life: this.number,
          at: this.simulation.clock.now(),
          what,
          task: ctx.task,
          agent: ctx.agent,
          attempt: ctx.attempt,
          key,
          value: readable(value),
        },
        this,
      )
  }
}

/** What a handler threw may refuse to be looked at. */
function thrownText(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'a thrown value that cannot be read'
  }
}

/** What a handler gave may be anything. */
function readable(value: unknown): Json {
  try {
    return toJson(value, 20)
  } catch {
    return NOT_JSON
  }
}

async function never(): Promise<never> {
  return new Promise<never>(() => {})
}
