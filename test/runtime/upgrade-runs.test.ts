/**
 * Runs of compiled workflows through a deployment: what was still to come is another, or a migration brought them to the next version. Dead at
 * any write of the start that does it, once more dead at the next: the same end, one migration, no finished step done again.
 */
import { describe, expect, test } from 'vitest'
import { agent, task, workflow, type AnyWorkflow } from 'stator'
import {
  CRASH_POINTS,
  Crashed,
  invariants,
  Simulation,
  type Crash,
  type Life,
  type Setup,
} from 'stator/testing'
import { z } from 'zod'
import { emptyMemory, type MemoryState } from '../../src/runtime/memory-journal.ts'
import { decode } from '../../src/runtime/record.ts'

const text = z.object({ text: z.string() })
const say = task('say', { input: text, output: text })
const slow = task('slow', { input: text, output: text })

const first = workflow('letter', { input: text })
  .step('write', say)
  .step('rest', slow)
  .step('post', slow)
  .step('done', say, ({ outputs }) => ({ text: outputs.post.text }))

/** What comes after the second step is another. */
const changed = workflow('letter', { input: text })
  .step('write', say)
  .step('rest', slow)
  .parallel('both', both => both.step('post', slow).step('file', say))
  .step('done', say, ({ outputs }) => ({ text: `${outputs.post.text}, ${outputs.file.text}` }))

const second = workflow('letter', {
  input: text,
  version: '2',
  migrate: {
    '1': snapshot => ({ ...snapshot, context: { ...(snapshot.context as object), input: { text: 'new' } } }),
  },
})
  .step('write', say)
  .step('rest', slow)
  .step('post', slow)
  .step('done', say, ({ input, outputs }) => ({ text: `${input.text} ${outputs.post.text}` }))

const setupOf =
  (known: AnyWorkflow) =>
  (life: Life): Setup => ({
    agents: [
      agent('ann', { capacity: 5 })
        .handle(
          say,
          life.handler(given => ({ text: `${given.text}!` })),
        )
        .handle(
          slow,
          life.handler(async given => {
            await life.wait(1_000)
            return { text: `slow ${given.text}` }
          }),
        ),
    ],
    workflows: [known],
  })

const any = (known: unknown): AnyWorkflow => known as AnyWorkflow

/** A run in its second step, closed. */
async function resting(): Promise<MemoryState> {
  const state = emptyMemory()
  const world = new Simulation({ seed: 1, setup: setupOf(any(first)), watchers: invariants() }, state)
  const life = await world.boot()
  await life.until(life.runtime.start(first, { text: 'old' }, { id: 'run' }))
  await world.pass(life, 500)
  await life.until(life.runtime.close())
  return state
}

interface End {
  readonly outcome: unknown
  readonly writes: number
  readonly migrations: number
  readonly written: number
}

/** Lives with what is known now, all but the last of which end in a crash. */
async function goOn(base: MemoryState, known: AnyWorkflow, crashes: readonly Crash[]): Promise<End> {
  const state = structuredClone(base)
  const world = new Simulation({ seed: 2, setup: setupOf(known), watchers: invariants() }, state)
  for (let index = 0; ; index++) {
    try {
      const life = await world.boot(crashes[index])
      const outcome = await life.until(life.runtime.run('run').outcome())
      await world.drain(life)
      if (!life.isUp) throw new Crashed('at the end')
      const records = state.records.map(decode)
      const ofType = (type: string) =>
        records.filter(signal => signal.type === type && signal.refused === null)
      const written = ofType('task.create').filter(({ to }) => to === 'task/run/write').length
      return { outcome, writes: world.writes, migrations: ofType('hub.migrate').length, written }
    } catch (error) {
      if (!(error instanceof Crashed)) throw error
      world.kill()
    }
  }
}

describe.each([
  ['what is still to come was changed', any(changed), { text: 'slow old, old!!' }],
  ['another version with a migration', any(second), { text: 'new slow new!' }],
])('%s', (_, known, done) => {
  test('the run goes on as it is now, once, through a crash at any write', async () => {
    const base = await resting()
    const plain = await goOn(base, known, [])
    expect(plain).toMatchObject({
      outcome: { status: 'completed', outputs: { done } },
      migrations: 1,
      written: 1,
    })
    for (let write = 1; write <= plain.writes; write++)
      for (const point of CRASH_POINTS) {
        const crash = { write, point }
        const { writes: _writes, ...end } = await goOn(base, known, [crash, { write: 1, point }])
        const { writes: _plain, ...expected } = plain
        expect({ crash, ...end }).toEqual({ crash, ...expected })
      }
  })
})
