#!/usr/bin/env node
/** stator: the command as a process. It ties the commands to this process; what they do is in their own files. */
import { systemClock } from '../runtime/clock.ts'
import { run } from './run.ts'

const { stdout, stderr, env } = process
const write = stdout.write.bind(stdout)
// The answer alone goes there: what a module prints while it is loaded must not stand in a JSON document.
stdout.write = stderr.write.bind(stderr)

// Who reads may stop when enough was read, as `head` does; the next write tells, and nobody need hear of it.
for (const stream of [stdout, stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') leave(error)
  })
// What a module started may fail while it is looked at.
process.on('uncaughtException', leave)

const code = await run(process.argv.slice(2), {
  out: text => void write(text),
  err: text => void stderr.write(text),
  cwd: process.cwd(),
  colours: stdout.isTTY && (env['NO_COLOR'] ?? '') === '',
  now: () => systemClock.now(),
})
// A module may have left something that goes on: it is not waited for, but what was written is.
write('', () => process.exit(code))

/** Never 1: that would say that something was found. */
function leave(error: unknown): void {
  stderr.write(`${String(error)}\n`)
  process.exit(2)
}
