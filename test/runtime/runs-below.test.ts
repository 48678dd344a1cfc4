/** Runs below a run: what goes from one to the other is a message, with a message's limits. */
import { expect, test } from 'vitest'
import { agent, task, workflow } from 'stator'
import type { Life, Setup } from 'stator/testing'
import { worldOf } from './support/world.ts'

const talk = task('talk')
const hush = task('hush')

const chapters = workflow('chapters')
  .step('one', talk, { compensate: hush })
  .step('two', talk)
  .step('three', talk)
const book = workflow('book').step('write', chapters).step('print', talk)

test('a run that gives more than a message holds has failed for the run above it, and is undone with it', async () => {
  const said: string[] = []
  const simulation = worldOf((life: Life): Setup => ({
    workflows: [chapters, book],
    agents: [
      agent('ann')
        .handle(
          talk,
          life.handler(() => 'x'.repeat(100_000)),
        )
        .handle(
          hush,
          life.handler((_, ctx) => void said.push(ctx.task)),
        ),
    ],
  }))
  const life = await simulation.boot()
  const run = await life.until(life.runtime.start(book, null, { id: 'b' }))
  expect(await life.until(run.outcome())).toMatchObject({
    status: 'compensated',
    error: { code: 'MESSAGE_TOO_LARGE' },
    steps: { write: { status: 'failed' }, print: { status: 'blocked' } },
  })
  expect(run.child('write').status()).toBe('compensated')
  expect(said).toEqual(['task/b/write/one/undo'])
})
