/** A holder of a lock, as a process of its own: it says that it is about to write, waits for as long as it is stopped, and writes. */
import { writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { guardedFile } from 'stator/sqlite'

const [path = '', token = '', data = ''] = process.argv.slice(2)
const say = (line: string): void => void writeSync(1, `${line}\n`)

say('holds')
// Stopped here by the test.
await wait(100)
try {
  await guardedFile(path).write(data, { token: Number(token) })
  say('written')
} catch (error) {
  say((error as { code?: string }).code ?? String(error))
}
