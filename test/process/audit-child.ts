/**
 * The audit with somebody at the terminal, in a process that may die at a chosen moment: started by a test with what they answer (yes,
 * no, or `waits`: nothing, for as long as the process lives), when it dies (`never`, or such as `after renameSync report.md`), and the
 * arguments of the command. No expectations live here.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'
import type { Answer } from '../../examples/audit/ask.ts'

const [word = '', death = '', ...args] = process.argv.slice(2)

const answers: Record<string, () => Promise<Answer | undefined>> = {
  yes: () => Promise.resolve({ approved: true, note: 'well done' }),
  no: () => Promise.resolve({ approved: false, reason: 'too early' }),
  waits: () =>
    new Promise(() => {
      setInterval(() => {}, 1_000)
    }),
}

/** Dies by kill -9 before or after the call of that name on that file. */
const dieAt = (when: string, call: string, file: string): void => {
  const calls = fs as unknown as Record<string, (...given: unknown[]) => unknown>
  const real = calls[call]
  if (real === undefined) throw new Error(`there is no ${call}`)
  const die = (given: unknown[], now: string): void => {
    const isIt = given.some(one => typeof one === 'string' && basename(one) === file)
    if (isIt && now === when) process.kill(process.pid, 'SIGKILL')
  }
  calls[call] = (...given) => {
    die(given, 'before')
    const made = real(...given)
    die(given, 'after')
    return made
  }
  syncBuiltinESMExports()
}

const [when = '', call = '', file = ''] = death.split(' ')
if (when !== 'never') dieAt(when, call, file)
const { parseCommand } = await import('../../examples/audit/cli.ts')
const { presenterFor } = await import('../../examples/audit/progress.ts')
const { audit } = await import('../../examples/audit/run.ts')

const invocation = parseCommand(args, process.cwd())
const ask = answers[word]
if (invocation.kind !== 'run' || ask === undefined) throw new Error(`no audit: ${process.argv.join(' ')}`)
process.exitCode = await audit(invocation.options, {
  presenter: presenterFor(process.stdout),
  say: text => void process.stdout.write(`${text}\n`),
  stop: new AbortController().signal,
  by: 'ada',
  ask,
})
