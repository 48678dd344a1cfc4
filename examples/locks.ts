/**
 * Locks: two agents that write one report, one at a time; one that hangs for longer than its lease, and whose late write is refused; and
 * two that would wait for each other for ever.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { agent, createRuntime, StatorError, task, type TaskContext } from 'stator'
import { guardedFile } from 'stator/sqlite'

const report = guardedFile('report.md')
const said: string[] = []
const say = (line: string): void => {
  said.push(line)
  console.log(line)
}
const codeOf = (error: unknown): string => (error instanceof StatorError ? error.code : String(error))

/** Writes the report while nobody else does; what is written comes with the token of the lock. */
const write = task('write')
async function writes(name: unknown, ctx: TaskContext): Promise<void> {
  await ctx.lock('report.md', { note: 'a new chapter' }, async ({ token }) => {
    await report.write(`by ${String(name)}`, { token })
    say(`${String(name)} wrote with token ${token}`)
  })
}

/** Says nothing for too long: its lease ends, the next one has the lock, and what it writes after that is refused. */
const dawdle = task('dawdle')
async function dawdles(_input: unknown, ctx: TaskContext): Promise<void> {
  const lock = await ctx.lock('report.md', { lease: '50ms' })
  await new Promise(resolve => {
    lock.signal.addEventListener('abort', resolve)
  })
  // The next one has written by now.
  await wait(200)
  await report.write('too late', { token: lock.token }).catch((error: unknown) => {
    say(`the late write with token ${lock.token} is refused: ${codeOf(error)}`)
  })
}

/** Takes two locks, in the order in which they are named. */
const take = task('take')
async function takes(names: unknown, ctx: TaskContext): Promise<void> {
  const [first = '', second = ''] = names as string[]
  await ctx.lock(first, {}, async () => {
    await wait(50)
    await ctx
      .lock(second, {}, () => say('one has both'))
      .catch((error: unknown) => {
        if (codeOf(error) !== 'DEADLOCK') throw error
        say('the other would wait in a circle: DEADLOCK')
      })
  })
}

const staff = ['ann', 'bob'].map(id =>
  agent(id).handle(write, writes).handle(dawdle, dawdles).handle(take, takes),
)
await using runtime = await createRuntime({ agents: staff })

for (const name of ['ann', 'bob']) await (await runtime.submit(write, name)).result()

const late = await runtime.submit(dawdle, null)
while (runtime.locks.active().count === 0) await wait(5)
await (await runtime.submit(write, 'cid')).result()
await late.result()
say(`the report is ${readFileSync('report.md', 'utf8')}`)

const both = [await runtime.submit(take, ['north', 'south']), await runtime.submit(take, ['south', 'north'])]
for (const each of both) await each.result()

const { grants, expiries, deadlocks, active } = runtime.locks.statistics()
say(`${grants} grants, ${expiries} lease that ran out, ${deadlocks} circle refused, ${active} held`)

assert.deepEqual(said, [
  'ann wrote with token 1',
  'bob wrote with token 2',
  'cid wrote with token 4',
  'the late write with token 3 is refused: STALE_TOKEN',
  'the report is by cid',
  'the other would wait in a circle: DEADLOCK',
  'one has both',
  '7 grants, 1 lease that ran out, 1 circle refused, 0 held',
])
