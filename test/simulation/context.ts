/**
 * Context: tasks and clients that write to the same values in a campaign, all at once. It keeps a log in a shared value, by updates: of
 * all that was acknowledged there is one entry, of nothing two, whatever crashed; and its versions come one after the other, to whoever
 * watches and in the history. What one write may do the invariants know.
 */
import { agent, type AgentDefinition, type Handler } from '../../src/actors/agent.ts'
import type { SharedContext } from '../../src/actors/context-calls.ts'
import { graph } from '../../src/actors/graph.ts'
import { sharedContext } from '../../src/actors/shared-context.ts'
import type { TaskContext } from '../../src/actors/task-context.ts'
import { task } from '../../src/actors/task.ts'
import type { Life } from '../../src/testing/host/life.ts'
import type { Dice } from '../../src/testing/host/random.ts'
import type { Setup } from '../../src/testing/host/stage.ts'
import { z } from 'zod'
import type { Act } from './acts.ts'
import { codeOf, OVER, PRUNED, untilRoom } from './clients.ts'
import { from, several } from './draw.ts'

const shared = sharedContext('context-board', { log: z.array(z.string()), turn: z.int(), late: z.int() })
interface Held {
  log: string[]
  turn: number
  late: number
}

const input = z.object({ at: z.int(), writes: z.int(), ms: z.int(), fence: z.int(), fails: z.boolean() })
type Work = z.infer<typeof input>
const work = task('context-work', { input, retry: { maxAttempts: 4, initialInterval: 5, jitter: 'none' } })
const SCOPE = { project: 'context' } as const

/** What a write of an act may come to, beside being done. */
const MEANT: ReadonlySet<string> = new Set([
  'CONTEXT_CONFLICT',
  'STALE_TOKEN',
  'HUB_BUSY',
  'RECIPIENT_UNKNOWN',
])

export class ContextAct implements Act {
  isOver = false
  readonly #works: readonly Work[]
  readonly #entries: readonly { readonly at: number; readonly cancels: number | null }[]
  /** What was heard to have ended: said again, after a pruning, it would be other work of the same name. */
  readonly #ended = new Set<string>()
  /** Of what was acknowledged. */
  readonly #acknowledged = new Set<string>()

  constructor(dice: Dice) {
    this.#works = several(from(dice, 2, 6), () => ({
      // In steps, so that much happens at once.
      at: dice.below(12) * 5,
      writes: from(dice, 1, 4),
      ms: dice.pick([0, 5, 5, 10]),
      fence: dice.below(5),
      fails: dice.chance(0.4),
    }))
    this.#entries = several(from(dice, 2, 6), () => ({
      at: dice.below(16) * 5,
      cancels: dice.chance(0.6) ? dice.below(this.#works.length) : null,
    }))
  }

  agents(life: Life): readonly AgentDefinition[] {
    const run = life.handler<Work, unknown>(async (given, ctx) => this.#write(given, ctx, life))
    return ['context-ann', 'context-bob'].map(id =>
      agent(id, { capacity: 2 }).handle(work, run as Handler<Work, unknown>),
    )
  }

  setup(): Omit<Setup, 'agents' | 'tasks'> {
    return { contexts: [shared] }
  }

  async live(life: Life): Promise<void> {
    if (this.isOver) return
    try {
      await this.#live(life)
      this.isOver = true
    } catch (error) {
      if (life.alive && !OVER.has(codeOf(error))) life.simulation.break('context', codeOf(error))
    }
  }

  async #live(life: Life): Promise<void> {
    const values = life.runtime.context(shared, SCOPE) as SharedContext<Held>
    this.#watch(values, life)
    await Promise.all([
      ...this.#works.map(async (given, index) => this.#order(given, index, life)),
      ...this.#entries.map(async ({ at, cancels }, index) => {
        await life.wait(at)
        if (cancels !== null) await quietly(life.runtime.task(`context-${cancels}`).cancel())
        await this.#append(`client-${index}`, values, life)
      }),
      this.#run(life),
    ])
    this.#judge(values, life)
  }

  /** A handler: entries in the log, a value of its task, a token that may be late. */
  async #write({ writes, ms, fence, fails }: Work, ctx: TaskContext, life: Life): Promise<void> {
    const values = ctx.context(shared, SCOPE) as SharedContext<Held>
    this.#watch(values, life)
    for (let n = 0; n < writes; n++) {
      await values.update('log', (log = []) => [...log, `${ctx.task}-${n}`], { why: `entry ${n}` })
      if (ms > 0) await life.wait(ms)
      await quietly(values.set('late', n, { fence }))
    }
    const own = ctx.context(shared) as SharedContext<Held>
    await own.update('turn', (turn = 0) => turn + 1)
    await quietly(values.delete('turn'))
    await own.set('late', ctx.attempt)
    if (fails && ctx.attempt === 1) throw new Error('once more')
  }

  async #order({ at, ...given }: Work, index: number, life: Life): Promise<void> {
    if (this.#ended.has(`context-${index}`)) return
    await life.wait(at)
    try {
      const options = { id: `context-${index}`, whenFull: 'wait' } as const
      const handle = await untilRoom(life, () => life.runtime.submit(work, { at, ...given }, options))
      const { status } = await handle.outcome()
      this.#ended.add(`context-${index}`)
      if (status !== 'completed') return
      for (let n = 0; n < given.writes; n++) this.#acknowledged.add(`${handle.address}-${n}`)
    } catch (error) {
      if (!PRUNED.has(codeOf(error))) throw error
    }
  }

  /** Two steps of one run, with values of their own. */
  async #run({ runtime }: Life): Promise<void> {
    const id = 'context-run'
    if (this.#ended.has(id)) return
    const step = { task: work, input: { at: 0, writes: 1, ms: 0, fence: 2, fails: false } }
    const steps = graph([
      { ...step, id: 'one' },
      { ...step, id: 'two' },
    ])
    const ended = async (): Promise<unknown> =>
      (await runtime.startGraph(steps, { id, whenFull: 'wait' })).outcome()
    await quietly(ended(), PRUNED)
    this.#ended.add(id)
  }

  /** Once for its key, in however many lives it is said. */
  async #append(entry: string, values: SharedContext<Held>, life: Life): Promise<void> {
    try {
      await values.update('log', (log = []) => [...log, entry], { idempotencyKey: entry })
      this.#acknowledged.add(entry)
      const { version = 0 } = values.entry('turn') ?? {}
      await quietly(values.compareAndSet('turn', this.#acknowledged.size, { version, why: entry }))
    } catch (error) {
      // It was written, and is so old that it was pruned.
      if (PRUNED.has(codeOf(error))) return
      if (codeOf(error) !== 'HUB_BUSY') throw error
      await life.wait(1)
      await this.#append(entry, values, life)
    }
  }

  /** Each version once, and none left out. */
  #watch(values: SharedContext<Held>, life: Life): void {
    let last: number | undefined
    values.watch('log').subscribe({
      next: ({ version }) => {
        if (last !== undefined && version !== last + 1)
          life.simulation.break(14, `a watcher sees version ${version} after ${last}`)
        last = version
      },
      // Its runtime has been stopped.
      error: () => {},
    })
    // Whoever else watches does not hear of it.
    values.watch('log').subscribe(() => {
      throw new Error('a watcher that throws')
    })
  }

  #judge(values: SharedContext<Held>, life: Life): void {
    const log = values.get('log') ?? []
    // What was pruned away altogether may have been asked for anew, as other work of the same name.
    const isWhole = life.simulation.state.anchor.seq === 0
    const twice = isWhole ? log.find((entry, index) => log.indexOf(entry) !== index) : undefined
    if (twice !== undefined) life.simulation.break(6, `the entry ${twice} is there twice`)
    const lost = [...this.#acknowledged].find(entry => !log.includes(entry))
    if (lost !== undefined) life.simulation.break(6, `the entry ${lost} is lost`)
    const versions = values.history('log', { limit: 1_000 }).map(({ version }) => version)
    const newest = values.entry('log')?.version ?? 0
    const wrong = versions.find((version, index) => version !== newest - index)
    if (wrong !== undefined) life.simulation.break(14, `the history has ${versions.join()} of ${newest}`)
  }
}

/** What is meant to be refused now and then. */
async function quietly(promise: Promise<unknown>, meant = MEANT): Promise<void> {
  try {
    await promise
  } catch (error) {
    if (!meant.has(codeOf(error)) && !PRUNED.has(codeOf(error))) throw error
  }
}
