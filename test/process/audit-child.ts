/**
 * The audit with somebody at the terminal: started by a test with what they answer (yes, no, or `waits`: nothing, for as long as the
 * process lives), then the arguments of the command. No expectations live here.
 */
import { parseCommand } from '../../examples/audit/cli.ts'
import type { Answer } from '../../examples/audit/ask.ts'
import { presenterFor } from '../../examples/audit/progress.ts'
import { audit } from '../../examples/audit/run.ts'

const [word = '', ...args] = process.argv.slice(2)

const answers: Record<string, () => Promise<Answer | undefined>> = {
  yes: () => Promise.resolve({ approved: true, note: 'well done' }),
  no: () => Promise.resolve({ approved: false, reason: 'too early' }),
  waits: () =>
    new Promise(() => {
      setInterval(() => {}, 1_000)
    }),
}

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
