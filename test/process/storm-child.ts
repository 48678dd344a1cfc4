/**
 * One life of the service that the kill storm ends: clients that submit without pause and note each acknowledgement
 * (synced) in a log outside, and handlers that note there what they start and finish. Started as a process of its own.
 */
import { appendFileSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { agent, createRuntime, NonRetryableError, task, workflow, type TaskContext } from 'stator'
import { sqlite } from 'stator/sqlite'

const [folder = '', life = '0', mode = 'serve'] = process.argv.slice(2)
const acks = openSync(join(folder, 'acks.log'), 'a')
const work = join(folder, 'work.log')

/** Each line is also a line of standard output: the parent counts them to choose when to kill. */
function note(line: string): void {
  appendFileSync(work, `${line}\n`)
  writeSync(1, `${line}\n`)
}

function acknowledged(address: string, input: object): void {
  writeSync(acks, `${address} ${JSON.stringify(input)}\n`)
  fdatasyncSync(acks)
  writeSync(1, `ack ${address}\n`)
}

const job = task('job', { retry: { maxAttempts: 2, initialInterval: 5 } })
const pair = workflow('pair')
  .step('first', job)
  .step('second', job, ({ outputs }) => outputs.first)

async function doJob(input: unknown, ctx: TaskContext): Promise<unknown> {
  note(`start ${ctx.task} ${ctx.idempotencyKey}`)
  const { ms, fail } = { ms: 0, fail: '', ...(input as { ms?: number; fail?: string }) }
  if (ms > 0) await wait(ms, undefined, { signal: ctx.signal })
  if (fail === 'once' && ctx.attempt === 1) throw new Error('the first attempt fails')
  if (fail === 'always') throw new NonRetryableError('it always fails')
  await ctx.do('effect', key => note(`effect ${ctx.task} ${key}`))
  note(`recorded ${ctx.task}`)
  note(`finish ${ctx.task}`)
  return input
}

note(`boot ${life}`)
const worker = agent('worker', { capacity: 6 }).handle(job, doJob)
const runtime = await createRuntime({
  journal: sqlite(join(folder, 'storm.db')),
  agents: [worker],
  workflows: [pair],
  // Small, so that kills also meet checkpoints, and cascades that go on in the next batch.
  limits: { tail: 150, idle: 10, batchDeliveries: 3 },
})
note(`up ${life}`)
// A signal that is seen is durable: from here on this task may never start again.
runtime.signals$.subscribe(signal => {
  if (signal.name === 'task.completed') note(`durable ${signal.to}`)
})

const promised = readFileSync(join(folder, 'acks.log'), 'utf8').split('\n').slice(0, -1)
for (const line of promised.slice(-4)) await submitAgain(line)
if (mode === 'drain') await drain()
else await Promise.all([client(0), client(1), client(2)])

/** What an earlier life has acknowledged: the same id and input name the same task, and start nothing. */
async function submitAgain(line: string): Promise<void> {
  const [address = '', input = ''] = line.split(' ')
  const id = address.slice(address.indexOf('/') + 1)
  const data: unknown = JSON.parse(input)
  const again = address.startsWith('task/')
    ? await runtime.submit(job, data, { id })
    : await runtime.start(pair, data, { id })
  if (again.address !== address) throw new Error(`${address} became ${again.address}`)
}

async function client(number: number): Promise<void> {
  for (let n = 0; ; n++) {
    const id = `l${life}-c${number}-${n}`
    const input = { n, ms: (n * 7 + number) % 5, fail: n % 11 === 3 ? 'once' : n % 17 === 5 ? 'always' : '' }
    const handle =
      n % 4 === 1 ? await runtime.start(pair, input, { id }) : await runtime.submit(job, input, { id })
    acknowledged(handle.address, input)
    if (n % 3 === 0) await handle.outcome()
  }
}

async function drain(): Promise<void> {
  for (const line of promised) {
    const [address = ''] = line.split(' ')
    const [kind, id = ''] = address.split('/')
    const { status } = await (kind === 'task' ? runtime.task(id) : runtime.run(id)).outcome({
      timeout: '30s',
    })
    appendFileSync(join(folder, 'outcomes.log'), `${address} ${status}\n`)
  }
  await runtime.close({ drain: '5s' })
}
