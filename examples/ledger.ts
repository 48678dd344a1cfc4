/**
 * The ledger of effects: a process dies between a payment and the word of it. The next life finds the payment uncertain, asks the bank by the
 * key under which it was made, and does not pay twice.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { agent, createRuntime, task } from 'stator'
import { sqlite } from 'stator/sqlite'
import { z } from 'zod'

/** A bank that keeps what was paid, and knows nothing of us. */
const bank = {
  pay: (key: string, euros: number): string => {
    appendFileSync('bank.txt', `${key} ${euros}\n`)
    return `receipt for ${euros}`
  },
  find: (key: string): string | undefined => {
    const lines = existsSync('bank.txt') ? readFileSync('bank.txt', 'utf8').split('\n') : []
    const euros = lines.find(line => line.startsWith(key))?.split(' ')[1]
    return euros === undefined ? undefined : `receipt for ${euros}`
  },
}

const pay = task('pay', {
  input: z.object({ euros: z.number() }),
  output: z.string(),
  uncertain: 'reconcile',
})

async function live(life: string): Promise<void> {
  const till = agent('till').handle(pay, ({ euros }, ctx) =>
    ctx.do(
      'transfer',
      key => {
        const receipt = bank.pay(key, euros)
        // It is paid, and nobody will ever hear of it.
        if (life === 'first') process.kill(process.pid, 'SIGKILL')
        return receipt
      },
      {
        reconcile: key => {
          const receipt = bank.find(key)
          return receipt === undefined ? 'not done' : { done: receipt }
        },
      },
    ),
  )
  await using runtime = await createRuntime({ journal: sqlite('till.db'), agents: [till] })
  const handle = await runtime.submit(pay, { euros: 40 }, { id: 'order-7' })
  console.log(await handle.result())
  for (const { effect, state, attempts, resolved } of runtime.ledger.get('order-7'))
    console.log(effect ?? 'as a whole', state, attempts, resolved?.how ?? '')
}

if (process.argv[2] === 'live') await live(process.argv[3] ?? '')
else {
  for (const life of ['first', 'second']) {
    const { stdout, stderr, signal } = spawnSync(process.execPath, [import.meta.filename, 'live', life], {
      encoding: 'utf8',
    })
    console.log(`${life} life${signal === null ? '' : `, ended by ${signal}`}\n${stdout}${stderr}`.trim())
  }
  assert.equal(readFileSync('bank.txt', 'utf8').trim().split('\n').length, 1)
}
