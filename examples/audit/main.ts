#!/usr/bin/env node
// The audit as a command: arguments in, exit code out; Ctrl-C stops it gracefully, a second one at once.
// Never in here: what an audit does.
import { StatorError } from 'stator'
import { terminalAsker } from './ask.ts'
import { parseCommand, UsageError, userIn } from './cli.ts'
import type { AuditOptions } from './cli.ts'
import { BusyError } from './out.ts'
import { presenterFor } from './progress.ts'
import { audit, FailedError } from './run.ts'
import { stopped } from './words.ts'

/** Signals that stop it, and the code it then leaves with. */
const signals = { SIGINT: 130, SIGTERM: 143 } as const

/** npm passes Ctrl-C on to a process that the terminal has told already: that is one Ctrl-C, not two. */
const echo = 500

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const complain = (text: string): void => void process.stderr.write(`${text}\n`)

const main = async (options: AuditOptions): Promise<number> => {
  const stop = new AbortController()
  let code: number | undefined
  for (const [signal, its] of Object.entries(signals)) {
    let first = 0
    process.on(signal, () => {
      if (code === undefined) {
        code = its
        first = performance.now()
        stop.abort()
      } else if (performance.now() - first > echo) process.exit(its)
    })
  }
  try {
    return await audit(options, {
      presenter: presenterFor(process.stdout),
      say,
      stop: stop.signal,
      by: userIn(process.env),
      ...(process.stdin.isTTY && process.stdout.isTTY
        ? { ask: terminalAsker(process.stdin, process.stdout) }
        : {}),
    })
  } catch (error) {
    if (code !== undefined) {
      say(stopped)
      return code
    }
    if (error instanceof UsageError || error instanceof BusyError || error instanceof FailedError) {
      complain(error.message)
      return error.exitCode
    }
    if (!(error instanceof StatorError)) throw error
    complain(`${error.message}\n${error.next}`)
    return 1
  }
}

// A reader that leaves, such as head, is no reason to stop.
process.stdout.on('error', () => {})
const invocation = parseCommand(process.argv.slice(2), process.cwd())
if (invocation.kind === 'run') process.exitCode = await main(invocation.options)
else {
  process.exitCode = invocation.code
  ;(invocation.code === 0 ? process.stdout : process.stderr).write(invocation.text)
}
