/**
 * A process that is killed in the middle of a run (SIGKILL: nothing can be caught or cleaned up), and the next one, which
 * takes the same run to its end. No step that was finished runs again.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { agent, createRuntime, task, workflow, type TaskContext } from 'stator'
import { sqlite } from 'stator/sqlite'
import { z } from 'zod'

const [database, log] = ['shop.db', 'shop.log']
const order = z.object({ order: z.string() })
const charge = task('charge', { input: order })
const pack = task('pack', { input: order })
const ship = task('ship', { input: order })

/** One life of the service: starts the run or, where an earlier life has, goes on with it. */
async function live(dieIn: string | undefined): Promise<void> {
  const work = (_: unknown, ctx: TaskContext): string => {
    const step = ctx.task.slice(ctx.task.lastIndexOf('/') + 1)
    // An outside service would be given the key: it is the same in every life.
    appendFileSync(log, `${step} ${ctx.idempotencyKey}\n`)
    if (step === dieIn) process.kill(process.pid, 'SIGKILL')
    return `${step}: done`
  }
  const worker = agent('worker').handle(charge, work).handle(pack, work).handle(ship, work)
  const shop = workflow('shop', { input: order }).step('charge', charge).step('pack', pack).step('ship', ship)
  await using runtime = await createRuntime({
    journal: sqlite(database),
    agents: [worker],
    workflows: [shop],
  })
  const run = await runtime.start(shop, { order: 'A-17' }, { id: 'A-17' })
  console.log('  result:', JSON.stringify(await run.result()))
}

if (process.argv[2] === 'live') await live(process.argv[3])
else {
  for (const args of [['live', 'pack'], ['live']]) {
    const life = spawnSync(process.execPath, [import.meta.filename, ...args], { encoding: 'utf8' })
    const ended = life.signal ?? `code ${life.status}`
    console.log(
      `${args[1] === undefined ? 'second' : 'first'} life, ended by ${ended}\n${life.stdout}${life.stderr}`.trim(),
    )
    assert.equal(ended, args[1] === undefined ? 'code 0' : 'SIGKILL')
  }
  const started = readFileSync(log, 'utf8').trim().split('\n')
  const steps = started.map(line => line.split(' ')[0])
  console.log('handlers that were started:', steps.join(', '))
  assert.deepEqual(steps, ['charge', 'pack', 'pack', 'ship'], 'only the step in the middle is repeated')
  assert.equal(started[1], started[2], 'and under the same idempotency key')
}
