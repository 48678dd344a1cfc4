/**
 * run(): the command line of `stator`, from words to an exit code. It parses, prints, and turns whatever is thrown into a coded
 * message; it does no command's work.
 */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { StatorError } from '../errors.ts'
import type { Reply } from './answer.ts'
import { declareGraph } from './graph.ts'
import { declareHistory } from './history.ts'
import type { Io } from './io.ts'
import { declarePreflight } from './preflight.ts'
import { declareRuns } from './runs.ts'
import { plain, styleOf } from './style.ts'
import { declareUpgradeCheck } from './upgrade-check.ts'

const CODES = `
Exit codes: 0 fine; 1 findings, or runs that cannot go on; 2 wrong use, or the module or the journal cannot be read.`

/** Never throws. `argv` without the names of Node and of the command. Returns the exit code. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let code = 0
  const style = styleOf(io.colours)
  const reply: Reply = async (options, work) => {
    const answer = await work(io)
    io.out(options.json === true ? `${JSON.stringify(answer.json, null, 2)}\n` : answer.text(style))
    code = answer.code
  }
  try {
    await program(reply, io).parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    return refuse(error, argv, io)
  }
}

function program(reply: Reply, io: Io): Command {
  const all = new Command('stator')
    .description('Looks at workflows and journals of Stator. It changes nothing.')
    .version(version())
    .addHelpText('after', CODES)
    .exitOverride()
    // What is wrong is said below, with its code.
    .configureOutput({ writeOut: text => io.out(text), writeErr: () => {}, outputError: () => {} })
  for (const declare of [declareGraph, declarePreflight, declareRuns, declareHistory, declareUpgradeCheck])
    declare(all, reply)
  return all
}

/** Says what is wrong and what to do about it. With `--json` the document says it as well. */
function refuse(thrown: unknown, argv: readonly string[], io: Io): 2 {
  const error = thrown instanceof CommanderError ? wrongUse(thrown) : thrown
  const said = error instanceof StatorError ? error : undefined
  const style = styleOf(io.colours)
  const message = error instanceof Error ? error.message : String(error)
  if (argv.includes('--json')) {
    const { code = 'UNEXPECTED', next = '', details = {} } = said ?? {}
    io.out(`${JSON.stringify({ error: { code, message, next, details } }, null, 2)}\n`)
  }
  io.err(`${style.bad(plain(message))}\n`)
  if (said !== undefined) io.err(`${plain(said.next)}\n`)
  if (argv.includes('--debug')) io.err(`${stackOf(error)}\n`)
  return 2
}

function wrongUse(error: CommanderError): StatorError {
  const reason =
    error.code === 'commander.help' ? 'no command is named' : error.message.replace(/^error: /, '')
  return new StatorError('COMMAND_INVALID', { reason }, { cause: error })
}

/** With those of its causes. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? error.message
  return error.cause === undefined ? own : `${own}\ncaused by ${stackOf(error.cause)}`
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
