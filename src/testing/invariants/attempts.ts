/**
 * Attempts: handlers and their sub-steps against the records: a start for what completed, one key for all attempts of a task and for
 * no other, results of sub-steps used again and not made again, no word of an attempt that is over. Part of invariant 6.
 */
import type { Signal } from '../../messages/signal.ts'
import type { Batch, SubResult } from '../../runtime/journal.ts'
import type { Entry } from '../host/ledger.ts'
import type { Life } from '../host/life.ts'
import type { Watcher } from '../host/watcher.ts'
import { isHandled, sameOutput } from './handled.ts'
import { Past } from './past.ts'
import { OF_AN_ATTEMPT } from './policies.ts'
import { Standing, type Stand } from './standing.ts'

const say = (life: Life, detail: string): void => life.simulation.break(6, detail)
const turnOf = (task: string, { createdSeq, turn }: Stand): string => `${task} ${createdSeq} ${turn}`

export function attempts(): Watcher {
  const inside = new Inside()
  return {
    starting: life => inside.begin(life),
    durable: (batch, life) => {
      inside.begin(life)
      inside.take(batch, life)
    },
    outside: (entry, life) => inside.happens(entry, life),
    drained: life => inside.allStarted(life),
  }
}

class Inside {
  #standing: Standing | undefined
  /** In which process life each turn of a task was given to its handler. */
  readonly #started = new Map<string, Life>()
  /** What a handler returned last, under a task and an agent: whoever handed it on may return as well. */
  readonly #outputs = new Map<string, Entry>()
  readonly #keys = new Map<string, string>()
  readonly #owners = new Map<string, string>()
  /** Results of sub-steps, by owner and name: of the life that has its name now, where an earlier one was pruned. */
  readonly #results = new Map<string, Map<string, string>>()
  /** Of the turn of a task that runs: the keys of sub-steps that ran, and the names whose results were recorded. */
  readonly #ran = new Map<string, Set<string>>()
  readonly #made = new Map<string, Set<string>>()

  begin({ simulation }: Life): void {
    if (this.#standing !== undefined) return
    const { base } = Past.of(simulation)
    this.#standing = new Standing(base)
    for (const own of base.results.values())
      for (const text of own.values()) this.#keep(JSON.parse(text) as SubResult)
  }

  #keep({ owner, name, value }: SubResult): void {
    const own = this.#results.get(owner) ?? new Map<string, string>()
    this.#results.set(owner, own.set(name, JSON.stringify(value)))
  }

  take({ signals, results }: Batch, life: Life): void {
    const standing = this.#standing as Standing
    let recorded = 0
    /** Of which it was found out that an earlier attempt had made them. */
    const found = new Set<SubResult>()
    for (const signal of signals) {
      const { to, type, seq, refused } = signal
      const stand = standing.get(to)
      if (refused === null && OF_AN_ATTEMPT.has(type) && stand !== undefined)
        this.#reported(signal, stand, life)
      if (refused === null && type === 'task.recorded') {
        const { name, value, how } = signal.data as unknown as SubResult & { readonly how?: string }
        const result = results[recorded++]
        if (how !== undefined && result !== undefined) found.add(result)
        if (
          result?.owner !== to ||
          result.name !== name ||
          JSON.stringify(result.value) !== JSON.stringify(value)
        )
          say(life, `signal ${seq} records ${name} of ${to}, and its result is not kept with it`)
      }
      standing.take(signal)
      const now = standing.get(to)
      // Whoever is named like one that was pruned makes its own.
      if (now?.createdSeq === seq) this.#results.delete(to)
      if (now !== undefined && now.attempts > now.maxAttempts)
        say(life, `signal ${seq}: ${to} has ${now.attempts} attempts, and may have ${now.maxAttempts}`)
    }
    if (recorded < results.length) say(life, 'a result is kept that nobody recorded')
    for (const result of results) {
      const { owner, name } = result
      if (this.#results.get(owner)?.has(name) === true) say(life, `${name} of ${owner} was recorded twice`)
      this.#keep(result)
      if (!found.has(result)) this.#made.get(owner)?.add(name)
    }
  }

  #reported(signal: Signal, stand: Stand, life: Life): void {
    const { seq, to, from, type, data } = signal
    const { turn, output } = data as { turn: number; output?: unknown }
    if (turn !== stand.turn || from !== stand.agent) {
      say(
        life,
        `signal ${seq}: ${type} of turn ${turn} by ${from}, and turn ${stand.turn} of ${stand.agent} runs`,
      )
      return
    }
    if (type !== 'task.done' || !isHandled(life, from, to)) return
    if (this.#started.get(turnOf(to, stand)) !== life) {
      say(life, `signal ${seq}: ${to} completed, and its handler was not started`)
      return
    }
    const returned = this.#outputs.get(`${to} ${from}`)
    if (returned === undefined || !sameOutput(life, from, to, returned.value, output))
      say(
        life,
        `signal ${seq}: ${to} completed with ${JSON.stringify(output)}, its handler returned ${JSON.stringify(returned?.value)}`,
      )
  }

  happens(entry: Entry, life: Life): void {
    const { what, task, key } = entry
    const stand = this.#standing?.get(task)
    if (what === 'start') {
      if (stand?.ending !== undefined) say(life, `${task} had ended, and started again`)
      if (stand !== undefined) this.#started.set(turnOf(task, stand), life)
      this.#outputs.delete(`${task} ${entry.agent}`)
      this.#ran.set(task, new Set())
      this.#made.set(task, new Set())
    }
    if (what === 'output') this.#outputs.set(`${task} ${entry.agent}`, entry)
    if (what === 'start' || what === 'output' || what === 'error') {
      if ((this.#keys.get(task) ?? key) !== key)
        say(life, `${task} has the key ${this.#keys.get(task)}, and then ${key}`)
      if ((this.#owners.get(key) ?? task) !== task)
        say(life, `${task} and ${this.#owners.get(key)} share the key ${key}`)
      this.#keys.set(task, key)
      this.#owners.set(key, task)
    }
    if (what === 'sub' || what === 'result') this.#sub(entry, life)
  }

  #sub({ what, task, key, value }: Entry, life: Life): void {
    const own = this.#keys.get(task)
    if (own === undefined) return
    if (!key.startsWith(`${own}/`))
      say(life, `a sub-step of ${task} has the key ${key}, which is not under ${own}`)
    const name = key.slice(own.length + 1)
    const result = this.#results.get(task)?.get(name)
    if (what === 'sub') this.#ran.get(task)?.add(key)
    else if (this.#made.get(task)?.has(name) === true && this.#ran.get(task)?.has(key) === false)
      say(life, `${name} of ${task} ran, and not under the key ${key}`)
    if (what === 'sub' && result !== undefined) say(life, `${key} had its result, and ran again`)
    if (what === 'result' && result === undefined) say(life, `${key} gave a result that nobody recorded`)
    if (what === 'result' && result !== undefined && result !== JSON.stringify(value))
      say(life, `${key} gave another result than the one that is recorded`)
  }

  /** Whatever is durably asked of the outside was asked. */
  allStarted(life: Life): void {
    const { runtime, simulation } = life
    if (runtime.status().hub !== 'running') return
    const held = new Set<string>(runtime.held().map(({ address }) => address))
    for (const [task, stand] of Past.of(simulation).standing.actors) {
      if (stand.state !== 'running' || !task.startsWith('task/') || held.has(task)) continue
      if (this.#started.get(turnOf(task, stand)) !== life && isHandled(life, stand.agent ?? '', task))
        say(life, `${task} runs, and its handler was never started`)
    }
  }
}
