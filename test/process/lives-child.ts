/**
 * One life of a service with a few fixed tasks. `exit` and `kill`: one of them ends the process whenever it runs;
 * `serve`: it closes gracefully on SIGTERM, as a service of a user does. Prints facts, one a line.
 */
import { writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { agent, createRuntime, task } from 'stator'
import { sqlite } from 'stator/sqlite'

const [path = '', mode = 'exit'] = process.argv.slice(2)
const say = (line: string): void => void writeSync(1, `${line}\n`)

const bomb = task('bomb')
const neighbour = task('neighbour')
const endless = task('endless')

const worker = agent('worker', { capacity: 3 })
  .handle(bomb, async () => {
    say('bomb')
    await wait(5)
    if (mode === 'exit') process.exit(70)
    process.kill(process.pid, 'SIGKILL')
  })
  .handle(neighbour, async () => {
    await wait(10)
    return 'done'
  })
  .handle(endless, async (_, ctx) => {
    say(`endless ${ctx.attempt} ${ctx.idempotencyKey}`)
    await wait(600_000, undefined, { signal: ctx.signal })
  })

const runtime = await createRuntime({ journal: sqlite(path), agents: [worker] })
const names = ['n1', 'n2', 'n3', 'n4', 'n5']
const neighbours = await Promise.all(names.map(id => runtime.submit(neighbour, null, { id })))

if (mode === 'serve') {
  // What a user's service does; the runtime itself listens to no signal of the process.
  process.once('SIGTERM', () => {
    runtime.close({ drain: '100ms' }).then(
      () => say('closed'),
      (error: unknown) => say(String(error)),
    )
  })
  await runtime.submit(endless, null, { id: 'endless' })
  for (const handle of neighbours) await handle.result()
  say('ready')
} else {
  const handle = await runtime.submit(bomb, null, { id: 'bomb' })
  const { status, error } = await handle.outcome()
  say(`outcome bomb ${status} ${error?.code}`)
  for (const each of neighbours) say(`outcome ${each.id} ${(await each.outcome()).status}`)
  await runtime.close()
}
